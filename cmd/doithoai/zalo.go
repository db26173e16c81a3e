package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/internal/app"
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
		Long: `Đưa từng bước để quản trị viên OA cho phép ứng dụng, rồi lấy token và lưu vào kho.

Làm một lần lúc đầu, và làm lại khi chương trình báo «cần đăng nhập lại Zalo OA».
Chương trình đang chạy thì dùng luôn token mới, không cần khởi động lại.
Cần đặt trước zalo_oa.app_id, zalo_oa.app_secret và zalo_oa.oa_secret; xem docs/zalo.md.`,
		Example: "  doithoai zalo login\n  doithoai zalo login --callback https://hoi.example.vn/hooks/zalo-oa",
		Args:    between(0, 0, ""),
	}
	callback := cmd.Flags().String("callback", "", "`ĐỊA-CHỈ` Callback URL đã ghi ở trang Zalo (không ghi thì theo public_url)")
	listen := cmd.Flags().String("listen", "", "chờ trình duyệt quay về ở `ĐỊA-CHỈ` này của máy, thí dụ 127.0.0.1:8091")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withSettings(cmd, io, func(ctx context.Context, settings *config.Config, log *slog.Logger) error {
			l := &zaloLogin{
				out: cmd.OutOrStdout(), settings: settings, callback: *callback, log: log,
				ask: zalooa.Login{
					AppID: settings.ZaloOA.AppID, AppSecret: settings.ZaloOA.AppSecret,
					API: settings.ZaloOA.API, OAuth: settings.ZaloOA.OAuth,
				},
			}
			return l.run(ctx, io.in, *listen)
		})
	}
	return cmd
}

// zaloLogin walks an operator through one consent.
type zaloLogin struct {
	out      io.Writer
	settings *config.Config
	ask      zalooa.Login
	callback string
	log      *slog.Logger
}

func (l *zaloLogin) run(ctx context.Context, in io.Reader, listen string) error {
	if err := l.prepare(); err != nil {
		return err
	}
	if err := l.inKeep(ctx, (*app.ZaloKeep).Check); err != nil {
		return err // before anybody consents to what could not be kept
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
	return l.inKeep(ctx, func(k *app.ZaloKeep, ctx context.Context) error { return l.put(ctx, k, pair) })
}

// inKeep opens the place where the tokens are kept for as long as do takes. It is
// not held while somebody is at a browser: a server may start meanwhile.
func (l *zaloLogin) inKeep(ctx context.Context, do func(k *app.ZaloKeep, ctx context.Context) error) error {
	k, err := app.OpenZaloKeep(ctx, l.settings, l.log)
	if err != nil {
		return err
	}
	return errors.Join(do(k, ctx), k.Close())
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
		fmt.Fprintln(l.out, findingLine(f))
	}
}

// put keeps the pair and tells what is left to be done.
func (l *zaloLogin) put(ctx context.Context, k *app.ZaloKeep, pair zalooa.Pair) error {
	err := k.Put(ctx, pair)
	if errors.Is(err, zalooa.ErrCopy) {
		fmt.Fprintf(l.out, "\nChưa ghi được bản sao của token vào thư mục %s. Xem quyền ghi và chỗ trống ở đó.\n", l.settings.Data)
		err = nil
	}
	if err != nil {
		return complain("Đã có token mà chưa lưu được. %v\nSửa xong thì chạy lại «doithoai zalo login»; token lần này bỏ.", app.Explain(err))
	}
	switch {
	case k.Live:
		fmt.Fprint(l.out, `
Đã lưu token vào kho của chương trình đang chạy. Nó dùng token mới ngay, không cần khởi động lại.
(Nếu vừa mới đặt zalo_oa thì khởi động lại nó một lần để nó biết có kênh này.)
`)
	case k.Shared:
		fmt.Fprint(l.out, `
Đã lưu token vào kho trong Redis. Các chương trình đang chạy với Redis này dùng token mới trong vòng một phút, không cần khởi động lại.
(Nếu vừa mới đặt zalo_oa thì khởi động lại chúng một lần để chúng biết có kênh này.)
`)
	default:
		fmt.Fprintf(l.out, "\nĐã lưu token vào kho ở thư mục %s. Bây giờ chạy «doithoai serve».\n", l.settings.Data)
	}
	fmt.Fprint(l.out, `
Từ đó chương trình tự làm mới token. Đừng chép token sang nơi khác: mỗi refresh token chỉ dùng được một lần.
`)
	return nil
}
