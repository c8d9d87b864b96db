# shellcheck shell=bash
# What has to work when the Go modules are installed. packaging/check runs it in the folder of a module
# that requires them.
mkdir backend
cp "${root:?}"/examples/go/*.go .
cp "$root"/examples/go/backend/*.go backend
go vet ./...
go build -o programs/ . ./backend
emulator=$(go env GOPATH)/bin/loginid-emulator
for program in programs/*; do
    "$emulator" exec -- "$program"
done
# For other systems the compiler says that the module has no emulator.
for other in linux/s390x linux/arm64 linux/amd64 darwin/arm64; do
    [ "$other" != "linux/$(go env GOARCH)" ] || continue
    if GOOS=${other%/*} GOARCH=${other#*/} go install \
        github.com/libloginid/libloginid/bindings/go/loginid-emulator@latest 2> why; then exit 1; fi
    grep -q 'undefined: this_module_has_loginid_emulator_for_' why
done
# The helper for tests finds the emulator where go install has put it.
cat > server_test.go << 'END'
package main

import (
	"testing"

	"github.com/libloginid/libloginid/bindings/go/loginidtest"
)

func TestLogin(t *testing.T) {
	if _, err := loginidtest.Start(t).LogIn("ada"); err != nil {
		t.Fatal(err)
	}
}
END
go test .
# Copies of the modules in the program's own tree have the library too.
go mod vendor
go build -mod=vendor -o programs/ . ./backend
