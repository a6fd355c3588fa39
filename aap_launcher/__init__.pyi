from aap_launcher.client.controller import Answer as Answer
from aap_launcher.client.controller import Controller as Controller
from aap_launcher.client.fields import Field as Field
from aap_launcher.client.records import Record as Record
from aap_launcher.client.resource import Resource as Resource
from aap_launcher.client.run import Result as Result
from aap_launcher.client.run import Run as Run
from aap_launcher.errors import Ambiguous as Ambiguous
from aap_launcher.errors import AnswerLost as AnswerLost
from aap_launcher.errors import Conflict as Conflict
from aap_launcher.errors import Forbidden as Forbidden
from aap_launcher.errors import InvalidInput as InvalidInput
from aap_launcher.errors import JobFailed as JobFailed
from aap_launcher.errors import LauncherError as LauncherError
from aap_launcher.errors import LaunchUnknown as LaunchUnknown
from aap_launcher.errors import NotFound as NotFound
from aap_launcher.errors import Problem as Problem
from aap_launcher.errors import Refused as Refused
from aap_launcher.errors import TimedOut as TimedOut
from aap_launcher.errors import Unauthorized as Unauthorized
from aap_launcher.errors import Unreachable as Unreachable

__version__: str
