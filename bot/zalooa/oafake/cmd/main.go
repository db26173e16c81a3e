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
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

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
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: z, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	settings(z, listener.Addr().String())

	tam := z.Person()
	go show(ctx, tam)
	go repeat(ctx, z)
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- in.Text()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok {
				return nil
			}
			if err := act(ctx, tam, line); err != nil {
				fmt.Println("!", err)
			}
		}
	}
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
	case line == "":
		return nil
	}
	return p.Type(ctx, line)
}

func show(ctx context.Context, p *oafake.Person) {
	for {
		m, err := p.Next(ctx)
		if err != nil {
			return
		}
		fmt.Println("<", strings.ReplaceAll(m.Text, "\n", "\n< "))
		for _, b := range m.Buttons {
			fmt.Printf("  [%s]\n", b.Title)
		}
	}
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
