package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot/zalooa"
)

// maxPastes is how often an address may be pasted wrongly.
const maxPastes = 5

// answers returns where the addresses come from that Zalo sent the browser to:
// pasted lines, and calls of a listener of our own.
func (l *zaloLogin) answers(ctx context.Context, in io.Reader, listen string) (<-chan string, func(), error) {
	answers := make(chan string)
	done := make(chan struct{})
	send := func(text string) bool {
		select {
		case answers <- text:
			return true
		case <-done:
			return false
		}
	}
	stop := func() { close(done) }
	if listen != "" {
		var lc net.ListenConfig
		listener, err := lc.Listen(ctx, "tcp", listen)
		if err != nil {
			return nil, nil, complain("Không mở được %s: %v. Chọn cổng khác cho --listen.", listen, err)
		}
		server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("code") != "" && send(r.URL.String()) {
				fmt.Fprintln(w, "Đã nhận. Xem tiếp ở cửa sổ lệnh; trang này đóng được rồi.")
			}
		})}
		go func() { _ = server.Serve(listener) }()
		stop = func() {
			close(done)
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second) // for the browser's last page
			defer cancel()
			_ = server.Shutdown(ctx)
		}
	}
	// A terminal cannot be waited for with an end: this reader ends with the
	// program, or with its input.
	go func() {
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			if text := strings.TrimSpace(lines.Text()); text != "" && !send(text) {
				return
			}
		}
		if listen == "" {
			send("")
		}
	}()
	return answers, stop, nil
}

// redeem turns the first address that works into a pair.
func (l *zaloLogin) redeem(ctx context.Context, answers <-chan string, verifier, state string) (zalooa.Pair, error) {
	for range maxPastes {
		var text string
		select {
		case <-ctx.Done():
			return zalooa.Pair{}, ctx.Err()
		case text = <-answers:
		}
		if text == "" {
			return zalooa.Pair{}, complain("Chưa có địa chỉ nào được dán vào. Chạy lại lệnh này khi đã bấm «Cho phép».")
		}
		code, _, err := zalooa.Code(text, state)
		switch {
		case errors.Is(err, zalooa.ErrState):
			fmt.Fprintln(l.out, "Địa chỉ này của một lần đăng nhập khác. Mở lại đường dẫn ở bước 2, bấm «Cho phép», rồi dán địa chỉ mới:")
			continue
		case err != nil:
			fmt.Fprintln(l.out, "Địa chỉ này không có «code=…». Chép cả dòng trên thanh địa chỉ sau khi bấm «Cho phép», dán lại:")
			continue
		}
		pair, err := l.ask.Exchange(ctx, code, verifier)
		if err == nil {
			return pair, nil
		}
		what, cure := zalooa.Explain(err)
		fmt.Fprintf(l.out, "Không lấy được token: %s.\nCách chữa: %s.\nXong thì dán địa chỉ mới vào đây:\n", what, cure)
	}
	return zalooa.Pair{}, complain("Dán %d lần chưa được. Xem mục «Đăng nhập» trong docs/zalo.md rồi chạy lại.", maxPastes)
}

// keptVerifier returns the secret behind the challenge in the console, which
// stays there: so it is kept.
func keptVerifier(data string) (string, error) {
	name := filepath.Join(data, "zalo-oa-verifier")
	if kept, err := os.ReadFile(name); err == nil {
		if v := strings.TrimSpace(string(kept)); zalooa.IsVerifier(v) {
			return v, nil
		}
	}
	fresh := zalooa.NewVerifier()
	if err := writeSecret(name, fresh); err != nil {
		return "", complain("Không ghi được %s: %v. Cho tài khoản này quyền ghi vào thư mục %s.", name, err, data)
	}
	return fresh, nil
}

// writeSecret makes a file that only its owner reads.
func writeSecret(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".zalo-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text+"\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return os.Rename(f.Name(), name)
}
