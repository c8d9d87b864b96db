package loginid

/*
#cgo pkg-config: loginid
#include <stdlib.h>
#include <loginid.h>

// Wipes and frees a copy of an argument, which may be a key or a password.
static void loginid_go_free_argument(char *text)
{
    // Volatile, so that the compiler does not remove the writes.
    volatile char *byte = text;

    while (byte && *byte)
        *byte++ = '\0';
    free(text);
}
*/
import "C"

import "strings"

// input is a string for C.
type input struct {
	name, value string
	optional    bool
}

func given(name, value string) input {
	return input{name: name, value: value}
}

// maybe is an input that is NULL in C if it is empty.
func maybe(name, value string) input {
	return input{name: name, value: value, optional: true}
}

// invoke runs a C function with the inputs as C strings, in their order, and
// turns what it returns into Go values.
func invoke(inputs []input, run func(texts []*C.char, out **C.char) C.lid_status) ([]byte, error) {
	texts := make([]*C.char, len(inputs))
	defer func() {
		for _, text := range texts {
			C.loginid_go_free_argument(text)
		}
	}()
	for i, in := range inputs {
		if in.optional && in.value == "" {
			continue
		}
		if strings.IndexByte(in.value, 0) >= 0 {
			// C would read only the part before it, which is another value.
			return nil, argumentError("embedded_nul", in.name+" must not hold a NUL")
		}
		texts[i] = C.CString(in.value)
	}
	var out *C.char
	status := run(texts, &out)
	return take(status, out)
}

// take turns what a call returned into Go values and frees its string.
func take(status C.lid_status, out *C.char) ([]byte, error) {
	text := C.GoString(out)
	C.lid_free_string(out)
	if status != C.LID_OK {
		return nil, errorFrom(Status(status), text)
	}
	return []byte(text), nil
}

// Version is the version of the C library, for example "0.1.0".
func Version() string {
	return C.GoString(C.lid_version())
}

// KeyPair is a new key: the public one is for the dashboard.
type KeyPair struct {
	Result
	PrivateKey string `json:"private_key"`
	PublicKey  string `json:"public_key"`
}

// GenerateKeyPair makes a P-256 key pair, as PEM.
func GenerateKeyPair() (*KeyPair, error) {
	return decode[KeyPair](invoke(nil, func(_ []*C.char, out **C.char) C.lid_status {
		return C.lid_generate_key_pair(out)
	}))
}

// JSONGet reads one value of a JSON text by its RFC 6901 pointer. A string is returned
// itself, anything else as JSON.
func JSONGet(document, pointer string) (string, error) {
	value, err := invoke(
		[]input{given("document", document), given("pointer", pointer)},
		func(texts []*C.char, out **C.char) C.lid_status {
			return C.lid_json_get(texts[0], texts[1], out)
		},
	)
	return string(value), err
}
