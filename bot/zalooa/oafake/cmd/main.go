// Command cmd runs a stand-in of Zalo for an official account, for trying the
// channel by hand: start it, point zalo_oa.api and zalo_oa.oauth of a running
// doithoai at it, and type as a resident would.
//
//	go run ./bot/zalooa/oafake/cmd -webhook http://127.0.0.1:8080/hooks/zalo-oa
//
// A line is sent as text; «/bấm TÊN NÚT» presses a button, «/hình» sends a
// picture, «/theo» follows the account.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8090", "address of the stand-in")
	webhook := flag.String("webhook", "http://127.0.0.1:8080/hooks/zalo-oa", "where events go")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *listen, *webhook); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, listen, webhook string) error {
	z := oafake.New(oafake.Options{Echo: true})
	z.SetWebhook(webhook)
	tam := z.Person()
	return standin.Scene{
		Listen: listen, Handler: z, Close: z.Close, In: os.Stdin, Out: os.Stdout,
		Begin:  func(addr string) { settings(z, addr) },
		Say:    func(ctx context.Context, line string) error { return act(ctx, tam, line) },
		Next:   func(ctx context.Context) (string, error) { return next(ctx, tam) },
		Beside: func(ctx context.Context) { repeat(ctx, z) },
	}.Play(ctx)
}

// settings prints what a doithoai has to be started with.
func settings(z *oafake.Server, addr string) {
	access, refresh := z.Tokens()
	o := z.Options()
	for _, s := range [][2]string{
		{"APP_ID", o.AppID}, {"APP_SECRET", o.AppSecret}, {"OA_SECRET", o.OASecret},
		{"ACCESS_TOKEN", access}, {"REFRESH_TOKEN", refresh}, {"API", "http://" + addr}, {"OAUTH", "http://" + addr},
	} {
		fmt.Printf("export DOITHOAI_ZALO_OA_%s=%s\n", s[0], s[1])
	}
}

func act(ctx context.Context, p *oafake.Person, line string) error {
	switch title, pressed := strings.CutPrefix(line, "/bấm "); {
	case pressed:
		return p.Press(ctx, title)
	case line == "/hình":
		return p.Send(ctx, "image", "", map[string]any{"url": "https://photo.zdn.vn/thu.jpg"})
	case line == "/theo":
		return p.Follow(ctx, true)
	}
	return p.Type(ctx, line)
}

func next(ctx context.Context, p *oafake.Person) (string, error) {
	m, err := p.Next(ctx)
	lines := []string{"< " + strings.ReplaceAll(m.Text, "\n", "\n< ")}
	for _, b := range m.Buttons {
		lines = append(lines, "  ["+b.Title+"]")
	}
	return strings.Join(lines, "\n"), err
}

// repeat brings failed events again.
func repeat(ctx context.Context, z *oafake.Server) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			z.Tick(ctx)
		}
	}
}
