// Command cmd runs the stand-in for the Zalo Bot Platform by hand: what is typed
// here comes to the bot, and what the bot writes is shown. A line of «?» is one
// that Zalo keeps from the bot.
//
//	go run ./bot/zalobot/zbfake/cmd -listen 127.0.0.1:8083 -token 123:abc
//
// Then start the program with zalo_bot.api set to http://127.0.0.1:8083.
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
	"strings"
	"time"

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
				say(person, strings.TrimSpace(line))
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

func show(ctx context.Context, p *zbfake.Person) {
	for {
		m, err := p.Next(ctx)
		if err != nil {
			return
		}
		fmt.Println(strings.TrimSpace(m.Text+m.Caption+" "+m.Photo+m.Voice) + "\n")
	}
}

func say(p *zbfake.Person, line string) {
	switch line {
	case "":
	case "?":
		p.Whisper(line)
	default:
		p.Type(line)
	}
}
