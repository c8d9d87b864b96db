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
