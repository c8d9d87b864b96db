package native

/*
#include <loginid.h>
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// service has the functions of C for a service's clients.
type service struct {
	free   func(client unsafe.Pointer)
	derive func(
		client unsafe.Pointer, options *C.char, cancel *C.lid_cancel, derived *unsafe.Pointer, out **C.char,
	) C.lid_status
	setLog func(client unsafe.Pointer, handle cgo.Handle)
}

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

// ofConfig has the configuration in the same memory, so that there is one copy to wipe.
func ofConfig(config []byte) []Input {
	return []Input{Given("config", *(*string)(unsafe.Pointer(&config)))}
}

func construct(
	service *service, inputs []Input, run func([]argument, *unsafe.Pointer, **C.char) C.lid_status,
) (*Handle, error) {
	var pointer unsafe.Pointer
	_, err := invoke(inputs, func(in []argument, out **C.char) C.lid_status {
		return run(in, &pointer, out)
	})
	if err != nil {
		return nil, err
	}
	return newHandle(service, pointer, &logSink{}), nil
}
