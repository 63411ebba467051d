from quantsync import errors
from quantsync.lindblad import *
from quantsync.measures import *
from quantsync.operators import Fock, Space, Spin
from quantsync.states import basis_state
