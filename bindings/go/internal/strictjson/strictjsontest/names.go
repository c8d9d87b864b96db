// Package strictjsontest checks that types are read by the exact names of their members.
package strictjsontest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/strictjson"
)

// otherSpellings are names that encoding/json accepts for a name and C does not.
func otherSpellings(name string) []string {
	folded := strings.NewReplacer("s", "ſ", "k", "\u212a").Replace(name)
	found := []string{strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:]}
	if folded != name {
		found = append(found, folded)
	}
	return found
}

// escaped is the same name, escaped.
func escaped(name string) string {
	return fmt.Sprintf(`\u%04x%s`, name[0], name[1:])
}

// sample writes a JSON value for a type. Each member is written as members says.
func sample(into reflect.Type, word string, members func(name string, value func(word string) string) string) string {
	switch into.Kind() {
	case reflect.Pointer:
		return sample(into.Elem(), word, members)
	case reflect.Bool:
		return fmt.Sprint(word == "ada")
	case reflect.Int, reflect.Int64:
		return fmt.Sprint(len(word))
	case reflect.Slice:
		if into == reflect.TypeOf(json.RawMessage(nil)) {
			return `{"` + word + `":1.50}`
		}
		return "[" + sample(into.Elem(), word, members) + "]"
	case reflect.Struct:
		var written []string
		for i := 0; i < into.NumField(); i++ {
			field := into.Field(i)
			if name := field.Tag.Get("json"); name != "" && name != "-" {
				written = append(written, members(name, func(word string) string {
					return sample(field.Type, word, members)
				}))
			}
		}
		return "{" + strings.Join(written, ",") + "}"
	}
	if into == reflect.TypeOf(json.Number("")) {
		return fmt.Sprintf("%d.25", len(word))
	}
	return `"` + word + `"`
}

// read reads a text into a new value of the type, without the texts that are kept.
func read(t *testing.T, into reflect.Type, text string) any {
	t.Helper()
	value := reflect.New(into)
	if err := strictjson.Unmarshal([]byte(text), value.Interface()); err != nil {
		t.Fatalf("%s: %v: %s", into, err, text)
	}
	forgetTexts(value.Elem())
	return value.Elem().Interface()
}

// forgetTexts empties the fields Raw within a value.
func forgetTexts(value reflect.Value) {
	for i := 0; value.Kind() == reflect.Struct && i < value.NumField(); i++ {
		if value.Type().Field(i).Name == "Raw" {
			value.Field(i).SetZero()
		} else {
			forgetTexts(value.Field(i))
		}
	}
}

// CheckNames reads texts into values of the types, by their names: members with other spellings
// are ignored, and null is the same as absent.
func CheckNames(t *testing.T, types map[string]reflect.Type) {
	t.Helper()
	exact := func(name string, value func(string) string) string {
		return `"` + name + `":` + value("ada")
	}
	others := func(name string, value func(string) string) string {
		var written []string
		for _, other := range otherSpellings(name) {
			written = append(written, `"`+other+`":`+value("mallory"))
		}
		return strings.Join(written, ",")
	}
	null := func(name string, _ func(string) string) string { return `"` + name + `":null` }
	for name, into := range types {
		want := read(t, into, sample(into, "ada", exact))
		if reflect.ValueOf(want).IsZero() {
			if name != "Result" {
				t.Errorf("%s: nothing was read", name)
			}
			continue
		}
		for _, members := range []func(string, func(string) string) string{
			func(name string, value func(string) string) string {
				return exact(name, value) + "," + others(name, value)
			},
			func(name string, value func(string) string) string {
				return others(name, value) + "," + exact(name, value)
			},
			// The last of several.
			func(name string, value func(string) string) string {
				return `"` + name + `":` + value("mallory") + `,"` + escaped(name) + `":` + value("ada")
			},
		} {
			text := sample(into, "ada", members)
			if got := read(t, into, text); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s\nis   %+v\nnot %+v", name, text, got, want)
			}
		}
		for _, members := range []func(string, func(string) string) string{others, null} {
			if got := read(t, into, sample(into, "ada", members)); !reflect.ValueOf(got).IsZero() {
				t.Errorf("%s: %+v", name, got)
			}
		}
	}
}
