package native

/*
#include <stdlib.h>
#include <stdbool.h>
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

// Input is an argument of a function of C.
type Input struct {
	name, text string
	// given is false for NULL.
	given bool
	flag  bool
	// err is why there is no text.
	err error
}

// argument is an input in C: a text, or a flag.
type argument struct {
	text *C.char
	flag C.bool
}

// Given is a text that is passed on as it is, also if it is empty.
func Given(name, text string) Input {
	return Input{name: name, text: text, given: true}
}

// Maybe is a text that is NULL in C if it is empty.
func Maybe(name, text string) Input {
	return Input{name: name, text: text, given: text != ""}
}

// Absent is NULL.
func Absent() Input {
	return Input{}
}

// Flag is a truth value.
func Flag(flag bool) Input {
	return Input{flag: flag}
}

// Object is a struct as JSON, NULL if the pointer is nil or the struct has no members.
func Object[T any](name string, value *T) Input {
	if value == nil {
		return Absent()
	}
	text, err := marshal(value)
	if string(text) == "{}" {
		return Absent()
	}
	return Input{name: name, text: string(text), given: true, err: err}
}

// invoke runs a C function with the inputs, in their order, and turns what it returns into
// Go values.
func invoke(inputs []Input, run func(in []argument, out **C.char) C.lid_status) ([]byte, error) {
	if misfit != nil {
		return nil, misfit
	}
	in := make([]argument, len(inputs))
	defer func() {
		for _, one := range in {
			C.loginid_go_free_argument(one.text)
		}
	}()
	for i, input := range inputs {
		in[i].flag = C.bool(input.flag)
		if input.err != nil {
			return nil, input.err
		}
		if !input.given {
			continue
		}
		if strings.IndexByte(input.text, 0) >= 0 {
			// C would read only the part before it, which is another value.
			return nil, argumentError("embedded_nul", input.name+" must not hold a NUL")
		}
		in[i].text = C.CString(input.text)
	}
	var out *C.char
	status := run(in, &out)
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
