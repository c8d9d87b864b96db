package main

/*
#cgo pkg-config: loginid
#include <loginid.h>
#include <stdlib.h>
*/
import "C"

import (
	"log"
	"sync"
	"unsafe"
)

// bareClient is a client without the module.
var bareClient = sync.OnceValue(func() (client *C.lid_client) {
	var out *C.char
	take(C.lid_new_from_env(&client, &out), out)
	return client
})

func bareToken(user string) string {
	scope, username := C.CString("users.retrieve"), C.CString(user)
	defer C.free(unsafe.Pointer(scope))
	defer C.free(unsafe.Pointer(username))
	var out *C.char
	status := C.lid_generate_service_token(bareClient(), scope, username, nil, nil, &out)
	return take(status, out)
}

func bareVerify(token, user string) string {
	text, username := C.CString(token), C.CString(user)
	defer C.free(unsafe.Pointer(text))
	defer C.free(unsafe.Pointer(username))
	var out *C.char
	status := C.lid_verify_token(bareClient(), text, username, &out)
	return take(status, out)
}

func bareGetUser(user string) string {
	username := C.CString(user)
	defer C.free(unsafe.Pointer(username))
	var out *C.char
	status := C.lid_get_user(bareClient(), username, &out)
	return take(status, out)
}

func take(status C.lid_status, out *C.char) string {
	text := C.GoString(out)
	C.lid_free_string(out)
	if status != C.LID_OK {
		log.Fatal(text)
	}
	return text
}
