package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/console"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
)

// Chat holds the conversation in the terminal, over a store that is gone when
// it ends. It takes the same way through exchange and store as any other
// channel, so what works here works there.
func Chat(ctx context.Context, settings *config.Config, in io.Reader, out io.Writer, log *slog.Logger) (err error) {
	dir, err := os.MkdirTemp("", "doithoai-chat-")
	if err != nil {
		return dataProblem(os.TempDir(), err)
	}
	var undo cleanups
	defer func() { err = errors.Join(err, undo.run(context.WithoutCancel(ctx))) }()
	undo.push("temporary folder", func(context.Context) error { return os.RemoveAll(dir) })

	store, err := openFile(dir, log)
	if err != nil {
		return err
	}
	undo.push("store", func(context.Context) error { return store.Close() })
	library := newLibrary(settings, dir, log)
	if err := library.open(); err != nil {
		return err
	}
	undo.push("knowledge", library.close)
	sorry, err := apology(library)
	if err != nil {
		return err
	}
	outbox := delivery.NewPull(store)
	x, err := exchange.New(store, exchange.Talking(library), exchange.Config{
		Apology: sorry, Location: settings.Timezone, Outlet: outbox, Log: log,
	})
	if err != nil {
		return fmt.Errorf("set up exchange: %w", err)
	}
	talk := console.Config{In: in, Out: out, Intake: x, Outbox: outbox, NoColor: os.Getenv("NO_COLOR") != "", Now: time.Now}
	if inFile, ok := in.(*os.File); ok {
		if outFile, ok := out.(*os.File); ok {
			talk.IsTerminal, talk.Width = console.Terminal(inFile, outFile)
		}
	}
	return console.Run(ctx, talk)
}
