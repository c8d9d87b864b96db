module github.com/libloginid/libloginid/bindings/go

go 1.21
