// Command cmd runs the stand-in for the Zalo Bot Platform by hand: what is typed
// here comes to the bot, and what the bot writes is shown. A line of «?» is one
// that Zalo keeps from the bot.
//
//	go run ./bot/zalobot/zbfake/cmd -listen 127.0.0.1:8083 -token 123:abc
//
// Then start the program with zalo_bot.api set to http://127.0.0.1:8083.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:8083", "where to listen")
	token := flag.String("token", "123456:fake", "the bot's token")
	live := flag.Bool("live", false, "word things as the traffic does, not as the documents say")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fake := zbfake.New(zbfake.Options{Token: *token, Form: zbfake.Form{Bare: *live, Live: *live, Untyped: *live}})
	person := fake.Person("Tám")
	return standin.Scene{
		Listen: *listen, Handler: fake, Close: fake.Close, In: os.Stdin, Out: os.Stdout,
		Say: func(_ context.Context, line string) error {
			if line == "?" {
				person.Whisper(line)
			} else {
				person.Type(line)
			}
			return nil
		},
		Next: func(ctx context.Context) (string, error) {
			m, err := person.Next(ctx)
			return strings.TrimSpace(m.Text+m.Caption+" "+m.Photo+m.Voice) + "\n", err
		},
	}.Play(ctx)
}
