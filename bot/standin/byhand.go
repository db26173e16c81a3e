package standin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Scene is a stand-in with one resident, who is played from a terminal.
type Scene struct {
	Listen  string       // where the platform is to be
	Handler http.Handler // the platform
	// Begin is called when it can be reached at addr; may be nil.
	Begin func(addr string)
	// Say does what a typed line means. An error is shown and ends nothing.
	Say func(ctx context.Context, line string) error
	// Next waits for what the resident sees next, as it is shown.
	Next func(ctx context.Context) (string, error)
	// Beside runs meanwhile, until its context ends; may be nil.
	Beside func(ctx context.Context)
	// Close ends what the stand-in began; may be nil.
	Close func()

	In  io.Reader // lines
	Out io.Writer // by several goroutines at once
}

// Play serves the scene until its input or ctx ends, or it cannot be served.
func (s Scene) Play(ctx context.Context) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s.Handler, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if s.Begin != nil {
		s.Begin(listener.Addr().String())
	}
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { s.show(ctx) })
	if s.Beside != nil {
		beside.Go(func() { s.Beside(ctx) })
	}
	err = s.listen(ctx, served)
	stop()
	beside.Wait()
	if s.Close != nil {
		s.Close()
	}
	return errors.Join(err, server.Close())
}

// listen says what is typed until the end.
func (s Scene) listen(ctx context.Context, served <-chan error) error {
	lines := make(chan string)
	// It ends with the program, or its input: reading a terminal cannot be interrupted.
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(s.In); in.Scan(); {
			select {
			case lines <- strings.TrimSpace(in.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				return nil
			}
			if line == "" {
				continue
			}
			if err := s.Say(ctx, line); err != nil {
				fmt.Fprintln(s.Out, "!", err)
			}
		}
	}
}

// show prints what the resident sees.
func (s Scene) show(ctx context.Context) {
	for {
		seen, err := s.Next(ctx)
		if err != nil {
			return
		}
		fmt.Fprintln(s.Out, strings.TrimRight(seen, "\n"))
	}
}
