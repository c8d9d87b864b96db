// A program for the test of a library of another version.
package main

import (
	"fmt"

	loginid "github.com/libloginid/libloginid/bindings/go"
)

func main() {
	_, err := loginid.NewFromEnv()
	fmt.Println(err)
}
