module github.com/libloginid/libloginid/benches/languages/go

go 1.21

require github.com/libloginid/libloginid/bindings/go v0.0.0

replace github.com/libloginid/libloginid/bindings/go => ../../../bindings/go
