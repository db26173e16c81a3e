package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/internal/config"
)

func newZalo(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "zalo",
		Short: "Nối với Zalo OA",
		RunE:  group,
		Args:  noSuchCommand,
	}
	cmd.AddCommand(newZaloLogin(io))
	return cmd
}

func newZaloLogin(io streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Xin quản trị viên OA cho phép, để lấy token",
		Long: `Đưa từng bước để quản trị viên OA cho phép ứng dụng, rồi lấy và lưu token.

Làm một lần lúc đầu, và làm lại khi chương trình báo «cần đăng nhập lại Zalo OA».
Cần đặt trước zalo_oa.app_id, zalo_oa.app_secret và zalo_oa.oa_secret; xem docs/zalo.md.`,
		Example: "  doithoai zalo login\n  doithoai zalo login --callback https://hoi.example.vn/hooks/zalo-oa",
		Args:    between(0, 0, ""),
	}
	callback := cmd.Flags().String("callback", "", "`ĐỊA-CHỈ` Callback URL đã ghi ở trang Zalo (không ghi thì theo public_url)")
	listen := cmd.Flags().String("listen", "", "chờ trình duyệt quay về ở `ĐỊA-CHỈ` này của máy, thí dụ 127.0.0.1:8091")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		settings, err := loadConfig(cmd, io)
		if err != nil {
			return err
		}
		l := &zaloLogin{
			out: cmd.OutOrStdout(), settings: settings, callback: *callback, keep: keepSeed,
			ask: zalooa.Login{
				AppID: settings.ZaloOA.AppID, AppSecret: settings.ZaloOA.AppSecret,
				API: settings.ZaloOA.API, OAuth: settings.ZaloOA.OAuth,
			},
		}
		return l.run(cmd.Context(), io.in, *listen)
	}
	return cmd
}

// zaloLogin walks an operator through one consent.
type zaloLogin struct {
	out      io.Writer
	settings *config.Config
	ask      zalooa.Login
	callback string
	// keep stores the pair and tells what is left to be done.
	keep func(ctx context.Context, settings *config.Config, fresh zalooa.Pair) (next string, err error)
}

// maxPastes is how often an address may be pasted wrongly.
const maxPastes = 5

func (l *zaloLogin) run(ctx context.Context, in io.Reader, listen string) error {
	if err := l.prepare(); err != nil {
		return err
	}
	verifier, err := keptVerifier(l.settings.Data)
	if err != nil {
		return err
	}
	state := rand.Text()
	answers, stop, err := l.answers(ctx, in, listen)
	if err != nil {
		return err
	}
	defer stop()
	l.explain(verifier, state, listen)
	pair, err := l.redeem(ctx, answers, verifier, state)
	if err != nil {
		return err
	}
	l.show(ctx, pair)
	next, err := l.keep(ctx, l.settings, pair)
	if err != nil {
		return err
	}
	fmt.Fprintln(l.out, "\n"+next)
	return nil
}

// prepare finds what is missing before anybody is sent to a browser.
func (l *zaloLogin) prepare() error {
	if err := l.ask.Validate(); err != nil {
		return complain("%v\nCách làm từng bước ở docs/zalo.md.", err)
	}
	if l.callback == "" && l.settings.PublicURL != "" {
		l.callback = l.settings.PublicURL + "/hooks/zalo-oa"
	}
	if l.callback == "" {
		return complain("Chưa biết Callback URL. Đặt public_url trong thiết đặt, hoặc ghi --callback kèm địa chỉ đã khai ở trang Zalo.")
	}
	if !strings.HasPrefix(l.callback, "https://") && !strings.HasPrefix(l.callback, "http://") {
		return complain("Callback URL «%s» không phải địa chỉ trang. Viết như https://hoi.example.vn/hooks/zalo-oa", l.callback)
	}
	return nil
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

func (l *zaloLogin) explain(verifier, state, listen string) {
	fmt.Fprintf(l.out, `Bước 1. Mở https://developers.zalo.me, chọn ứng dụng %s, mục Official Account > Thiết lập chung.
Ghi hai dòng này rồi bấm Lưu (lần trước đã ghi đúng vậy thì thôi):

  Callback URL:    %s
  Code challenge:  %s

Bước 2. Mở đường dẫn dưới đây bằng tài khoản Zalo là quản trị viên của OA, chọn OA, bấm «Cho phép»:

  %s

`, l.ask.AppID, l.callback, zalooa.Challenge(verifier), l.ask.Link(l.callback, verifier, state))
	if listen != "" {
		fmt.Fprintf(l.out, "Bước 3. Đang chờ trình duyệt quay về %s. Nếu không thấy gì, làm như sau:\n", listen)
	} else {
		fmt.Fprint(l.out, "Bước 3. ")
	}
	fmt.Fprint(l.out, "Trình duyệt sẽ sang một trang khác; trang đó trắng hay báo lỗi cũng không sao.\n"+
		"Chép nguyên địa chỉ trên thanh địa chỉ, dán vào đây rồi bấm Enter, trong vòng 10 phút:\n")
}

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

// show tells about the account; nothing of it keeps the pair from being stored.
func (l *zaloLogin) show(ctx context.Context, pair zalooa.Pair) {
	fmt.Fprintln(l.out, "\nĐã có token. OA này:")
	account, err := l.ask.Account(ctx, pair)
	if err != nil {
		what, cure := zalooa.Explain(err)
		fmt.Fprintf(l.out, "[HỎNG] Chưa xem được OA: %s. %s.\n", what, cure)
		return
	}
	for _, f := range account.Findings(time.Now()) {
		mark := "được"
		if !f.OK {
			mark = "HỎNG"
		}
		fmt.Fprintf(l.out, "[%s] %s: %s\n", mark, f.Name, f.Text)
	}
}

// keepSeed writes the pair where the settings can point at.
func keepSeed(_ context.Context, settings *config.Config, fresh zalooa.Pair) (string, error) {
	folder, err := filepath.Abs(settings.Data)
	if err != nil {
		folder = settings.Data
	}
	access, refresh := filepath.Join(folder, "zalo-oa-access-token"), filepath.Join(folder, "zalo-oa-refresh-token")
	if err := errors.Join(writeSecret(access, fresh.Access), writeSecret(refresh, fresh.Refresh)); err != nil {
		return "", complain("Đã có token mà không ghi được vào %s: %v. Sửa quyền ghi rồi chạy lại; token lần này bỏ.", folder, err)
	}
	return fmt.Sprintf(`Đã lưu token vào hai tệp chỉ tài khoản này đọc được. Đặt hai biến sau rồi khởi động lại «doithoai serve», trong vòng một ngày:

  DOITHOAI_ZALO_OA_ACCESS_TOKEN_FILE=%s
  DOITHOAI_ZALO_OA_REFRESH_TOKEN_FILE=%s

Từ đó chương trình tự giữ và tự làm mới token. Đừng dùng hai tệp này cho máy thứ hai: mỗi refresh token chỉ dùng được một lần.`, access, refresh), nil
}
