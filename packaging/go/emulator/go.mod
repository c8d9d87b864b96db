module github.com/libloginid/libloginid/bindings/go/loginid-emulator

go 1.21
