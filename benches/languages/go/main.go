// libloginid's Go module, and what it is made of: a bare call by cgo, and the JSON of its result. Speaks
// the lines described in benches/c/worker.h, with one goroutine.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"syscall"
	"time"

	loginid "github.com/libloginid/libloginid/bindings/go"
)

func main() {
	client, err := loginid.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	user, token := os.Getenv("BENCH_USER"), os.Getenv("BENCH_TOKEN")
	operations := map[string]func() error{
		"token": func() error {
			_, err := client.GenerateServiceToken(ctx, "users.retrieve", loginid.Who{Username: user}, "")
			return err
		},
		"verify": func() error {
			_, err := client.VerifyTokenOf(ctx, token, user)
			return err
		},
		"get_user": func() error {
			_, err := client.GetUser(ctx, user)
			return err
		},
		"bare_token":    func() error { bareToken(user); return nil },
		"bare_verify":   func() error { bareVerify(token, user); return nil },
		"bare_get_user": func() error { bareGetUser(user); return nil },
		"json_token":    reading(bareToken(user)),
		"json_verify":   reading(bareVerify(token, user)),
		"json_get_user": reading(bareGetUser(user)),
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var verb, name string
		var count int
		if _, err := fmt.Sscan(lines.Text(), &verb, &name, &count); err != nil {
			fmt.Println("error not a command")
			continue
		}
		fmt.Println(run(operations[name], count))
	}
}

// reading is an operation that reads a JSON text.
func reading(text string) func() error {
	return func() error {
		var value map[string]any
		return json.Unmarshal([]byte(text), &value)
	}
}

// run calls an operation count times, and gives the answer to the harness.
func run(operation func() error, count int) string {
	wall, cpu := time.Now(), processorTime()
	for i := 0; i < count; i++ {
		if err := operation(); err != nil {
			return fmt.Sprintf("error %v", err)
		}
	}
	return fmt.Sprintf("ok %d %d", time.Since(wall).Nanoseconds(), processorTime()-cpu)
}

// processorTime is that of this process, in nanoseconds.
func processorTime() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
