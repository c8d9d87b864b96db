// Package native calls the C library. It is the only package with cgo: the packages of both
// services are made of it.
package native

// #include <loginid.h>
import "C"

// Version is the version of the C library, for example "0.1.0".
func Version() string {
	return C.GoString(C.lid_version())
}

// GenerateKeyPair makes a key pair, as JSON.
func GenerateKeyPair() ([]byte, error) {
	return invoke(nil, func(_ []argument, out **C.char) C.lid_status {
		return C.lid_generate_key_pair(out)
	})
}

// JSONGet reads one value of a JSON text by its RFC 6901 pointer. A string is returned
// itself, anything else as JSON.
func JSONGet(document, pointer string) (string, error) {
	value, err := invoke(
		[]Input{Given("document", document), Given("pointer", pointer)},
		func(in []argument, out **C.char) C.lid_status {
			return C.lid_json_get(in[0].text, in[1].text, out)
		},
	)
	return string(value), err
}
