package native

/*
#include <loginid.h>
*/
import "C"

import "unsafe"

var v2 = service{
	free: func(client unsafe.Pointer) {
		C.lid_v2_free((*C.lid_v2_client)(client))
	},
	derive: func(
		client unsafe.Pointer, options *C.char, cancel *C.lid_cancel, derived *unsafe.Pointer, out **C.char,
	) C.lid_status {
		return C.lid_v2_with_options((*C.lid_v2_client)(client), options, cancel, (**C.lid_v2_client)(unsafe.Pointer(derived)), out)
	},
	setLog: setV2Log,
}

// NewV2 makes a client of the current service.
func NewV2(baseURL, apiKey string) (*Handle, error) {
	inputs := []Input{Given("base_url", baseURL), Maybe("api_key", apiKey)}
	return construct(&v2, inputs, func(in []argument, client *unsafe.Pointer, out **C.char) C.lid_status {
		return C.lid_v2_new(in[0].text, in[1].text, (**C.lid_v2_client)(unsafe.Pointer(client)), out)
	})
}

// NewV2WithConfig makes a client of the current service from a configuration.
func NewV2WithConfig(config []byte) (*Handle, error) {
	return construct(&v2, ofConfig(config), func(in []argument, client *unsafe.Pointer, out **C.char) C.lid_status {
		return C.lid_v2_new_with_config(in[0].text, (**C.lid_v2_client)(unsafe.Pointer(client)), out)
	})
}

// NewV2FromEnv makes a client of the current service from the environment.
func NewV2FromEnv() (*Handle, error) {
	return construct(&v2, nil, func(_ []argument, client *unsafe.Pointer, out **C.char) C.lid_status {
		return C.lid_v2_new_from_env((**C.lid_v2_client)(unsafe.Pointer(client)), out)
	})
}
