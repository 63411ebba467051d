"""What comes from an address or a field is text, and nothing asks another host."""

HTML = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>"
LINKS = [
    {"measure": HTML},
    {"measure": "__class__"},
    {"measure": "synchronization,negativity,purity"},
    {"x": HTML},
    {"x": f"{HTML},0,1,linear"},
    {"x": "detuning,0,1e999,linear"},
    {"x": "detuning,nan,1,linear"},
    {"x": "detuning,-1,1,log"},
    {"x": "__init__,0,1,linear"},
    {"y": "epsilon,0,1,__import__('os')", "x": "detuning,0,1,linear"},
    {"size": "100000"},
    {"size": "1e999"},
    {"size": HTML},
    {"p.gain_a": HTML},
    {"p.gain_a": "__import__('os').abort()"},
    {"p.gain_a": "1e999"},
    {"p.gain_a": "NaN"},
    {"p.gain_a": "[1, 2]"},
    {"p.gain_a": "7" * 5000},
    {f"p.{HTML}": "1"},
    {"p.__class__": "1"},
    {"p.spin": "1e9"},
    {"mark.a": "nan,0"},
    {"mark.a": HTML},
    {"mark.a": "0"},
]

TOLD = """() => {
  const told = [];
  const search = (root) => {
    for (const one of root.querySelectorAll('*')) {
      if (one.getAttribute('role') === 'alert') told.push(one.textContent);
      if (one.dataset?.error) told.push(one.dataset.error);
      if (one.shadowRoot) search(one.shadowRoot);
    }
  };
  search(document);
  return told.join('');
}"""


def test_hostile_links_are_refused_by_name(open_tab, serve):
    tab, server = open_tab(query=LINKS[0]), serve("spin_pair")
    for query in LINKS:
        tab.go(server.with_query(**query))
        # Instead of the page, or in it where the model finds the mistake.
        tab.page.wait_for_function(
            f"() => document.querySelector('body *') && ({TOLD})().length > 20", polling=50
        )
        assert len(tab.page.evaluate(TOLD)) < 2000, query
        assert tab.page.evaluate("() => window.pwned") is None, query
        assert tab.page.locator("img[src=x]").count() == 0, query


def test_the_page_may_ask_no_other_host_and_run_no_text(open_tab):
    tab = open_tab().mapped()
    policy = tab.answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe-eval" not in policy
    asked = tab.page.evaluate("() => fetch('http://127.0.0.2/').catch((error) => error.name)")
    assert asked == "TypeError"
    tab.mistakes.clear()  # that the browser refused it
    tab.requests[:] = [url for url in tab.requests if "127.0.0.2" not in url]
