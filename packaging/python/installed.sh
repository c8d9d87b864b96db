# shellcheck shell=bash
# What has to work when the Python packages are installed. packaging/check runs it in their environment.
python -c 'import libloginid
paths = {line.split()[-1] for line in open("/proc/self/maps") if "libloginid.so" in line}
inside = libloginid.__path__[0] + "/_library/libloginid.so.0"
import os; assert paths == {os.path.realpath(os.environ.get("LOGINID_LIBRARY", inside))}, paths'
for program in quickstart backend; do
    loginid-emulator exec -- python "${root:?}/examples/python/$program.py"
done
# The helper for tests finds the emulator where pip has put it, without PATH.
PATH=/usr/bin:/bin "$(command -v python)" -c 'from libloginid.testing import Emulator
with Emulator() as emulator:
    print(emulator.v2_client().get_version())'
