// Command cmd runs the stand-in for Telegram by hand: what is typed here comes
// to the bot, and what the bot writes is shown. A number taps the button
// of that place under the last message that has any.
//
//	go run ./bot/telegram/tgfake/cmd -listen 127.0.0.1:8081 -token 123:abc
//
// Then start the program with telegram.api set to http://127.0.0.1:8081.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:8081", "where to listen")
	token := flag.String("token", "123456:fake", "the bot's token")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	fake := tgfake.New(tgfake.Options{Token: *token})
	server := &http.Server{Addr: *listen, Handler: fake, ReadHeaderTimeout: 5 * time.Second}
	fault := make(chan error, 1)
	go func() { fault <- server.ListenAndServe() }()
	person := fake.Person("Tám")
	go show(ctx, person)
	lines := make(chan string)
	go read(lines)

	for {
		select {
		case err := <-fault:
			return err
		case line, more := <-lines:
			if more {
				say(person, line)
				continue
			}
		case <-ctx.Done():
		}
		fake.Close()
		if err := server.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}

// read ends with the program: reading a terminal cannot be interrupted.
func read(lines chan<- string) {
	defer close(lines)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		lines <- in.Text()
	}
}

func show(ctx context.Context, p *tgfake.Person) {
	for {
		m, err := p.Next(ctx)
		if err != nil {
			return
		}
		fmt.Println(m.Text + m.Caption)
		for i, b := range buttons(m) {
			fmt.Printf("  [%d] %s\n", i+1, b.Text)
		}
	}
}

func buttons(m tgfake.Message) []tgfake.Button {
	if m.Keyboard == nil {
		return nil
	}
	return slices.Concat(m.Keyboard.Rows...)
}

// say types a line, or taps the button of that number.
func say(p *tgfake.Person, line string) {
	n, err := strconv.Atoi(strings.TrimSpace(line))
	for _, m := range slices.Backward(p.Screen()) {
		if b := buttons(m); err == nil && n >= 1 && n <= len(b) {
			p.PressData(m.ID, b[n-1].Data)
			return
		}
	}
	if line = strings.TrimSpace(line); line != "" {
		p.Type(line)
	}
}
