package native

/*
#include <loginid.h>
*/
import "C"

import "unsafe"

var v1 = service{
	free: func(client unsafe.Pointer) {
		C.lid_free((*C.lid_client)(client))
	},
	derive: func(
		client unsafe.Pointer, options *C.char, cancel *C.lid_cancel, derived *unsafe.Pointer, out **C.char,
	) C.lid_status {
		return C.lid_with_options((*C.lid_client)(client), options, cancel, (**C.lid_client)(unsafe.Pointer(derived)), out)
	},
	setLog: setV1Log,
}

// New makes a client of v1 for an application.
func New(clientID, privateKey, baseURL string) (*Handle, error) {
	inputs := []Input{
		Given("client_id", clientID),
		Maybe("private_key", privateKey),
		Maybe("base_url", baseURL),
	}
	return construct(&v1, inputs, func(in []argument, client *unsafe.Pointer, out **C.char) C.lid_status {
		return C.lid_new(in[0].text, in[1].text, in[2].text, (**C.lid_client)(unsafe.Pointer(client)), out)
	})
}

// NewManagement makes a client of v1 for a management application.
func NewManagement(clientID, privateKey, baseURL string) (*Handle, error) {
	inputs := []Input{
		Given("client_id", clientID),
		Given("private_key", privateKey),
		Maybe("base_url", baseURL),
	}
	return construct(&v1, inputs, func(in []argument, client *unsafe.Pointer, out **C.char) C.lid_status {
		return C.lid_new_management(in[0].text, in[1].text, in[2].text, (**C.lid_client)(unsafe.Pointer(client)), out)
	})
}

// NewWithConfig makes a client of v1 from a configuration.
func NewWithConfig(config []byte) (*Handle, error) {
	return construct(&v1, ofConfig(config), func(in []argument, client *unsafe.Pointer, out **C.char) C.lid_status {
		return C.lid_new_with_config(in[0].text, (**C.lid_client)(unsafe.Pointer(client)), out)
	})
}

// NewFromEnv makes a client of v1 from the environment.
func NewFromEnv() (*Handle, error) {
	return construct(&v1, nil, func(_ []argument, client *unsafe.Pointer, out **C.char) C.lid_status {
		return C.lid_new_from_env((**C.lid_client)(unsafe.Pointer(client)), out)
	})
}
