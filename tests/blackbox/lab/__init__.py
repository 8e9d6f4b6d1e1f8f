"""A laboratory of hosts in namespaces: links, hosts, captures, and other stacks to talk to.

Everything lives in namespaces made by home.enter(): when the program ends, however it ends, the
kernel takes all of it away, and the machine's own network and files were never touched.
"""
from .home import enter, folder
from .link import Link
from .host import Host
from .process import Failure, wait_for
from .capture import Capture
from .case import LabCase, main
