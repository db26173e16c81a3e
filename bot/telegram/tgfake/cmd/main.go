// Command cmd runs the stand-in for Telegram by hand: what is typed here comes
// to the bot, and what the bot writes is shown. A number taps the button
// of that place under the last message that has any.
//
//	go run ./bot/telegram/tgfake/cmd -listen 127.0.0.1:8089 -token 123:abc
//
// Then start the program with telegram.api set to http://127.0.0.1:8089.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"

	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:8089", "where to listen")
	token := flag.String("token", "123456:fake", "the bot's token")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fake := tgfake.New(tgfake.Options{Token: *token})
	person := fake.Person("Tám")
	return standin.Scene{
		Listen: *listen, Handler: fake, Close: fake.Close, In: os.Stdin, Out: os.Stdout,
		Say:  func(_ context.Context, line string) error { return say(person, line) },
		Next: func(ctx context.Context) (string, error) { return next(ctx, person) },
	}.Play(ctx)
}

func next(ctx context.Context, p *tgfake.Person) (string, error) {
	m, err := p.Next(ctx)
	lines := []string{m.Text + m.Caption}
	for i, b := range buttons(m) {
		lines = append(lines, fmt.Sprintf("  [%d] %s", i+1, b.Text))
	}
	return strings.Join(lines, "\n"), err
}

func buttons(m tgfake.Message) []tgfake.Button {
	if m.Keyboard == nil {
		return nil
	}
	return slices.Concat(m.Keyboard.Rows...)
}

// say types a line, or taps the button of that number.
func say(p *tgfake.Person, line string) error {
	n, err := strconv.Atoi(line)
	for _, m := range slices.Backward(p.Screen()) {
		if b := buttons(m); err == nil && n >= 1 && n <= len(b) {
			p.PressData(m.ID, b[n-1].Data)
			return nil
		}
	}
	p.Type(line)
	return nil
}
