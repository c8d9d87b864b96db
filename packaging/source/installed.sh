# shellcheck shell=bash
# What has to work after `make install`. packaging/check runs it in the shell that has installed.
for program in quickstart backend; do
    # shellcheck disable=SC2046 # several options
    cc "${root:?}/examples/c/$program.c" "$root/examples/c/emulator.c" -o "$program" \
        $(pkg-config --cflags --libs loginid) -pthread
    loginid-emulator exec -- "./$program"
done
