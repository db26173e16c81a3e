package zalooa

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/trouble"
)

// Account is what Zalo tells about an official account.
type Account struct {
	ID       string
	Name     string
	Verified bool
	// Government: the kind of account that a public body should have.
	Government bool
	Package    string
	// ValidThrough is the package's last day as Zalo writes it, maybe empty.
	ValidThrough string
	// Cloud says that a Zalo Cloud Account is linked, from which messages
	// outside the free hours are paid.
	Cloud bool
}

// accountGovernment is the oa_type of a public body.
const accountGovernment = "4"

type accountAnswer struct {
	ID           label  `json:"oa_id"`
	Name         string `json:"name"`
	Verified     bool   `json:"is_verified"`
	Type         label  `json:"oa_type"`
	Package      string `json:"package_name"`
	ValidThrough string `json:"package_valid_through_date"`
	Cloud        string `json:"linked_ZCA"`
}

// account asks Zalo about the account that a token speaks for.
func (a *api) account(ctx context.Context, token string) (Account, error) {
	got, err := a.get(ctx, pathAccount, token, nil)
	if err != nil {
		return Account{}, fmt.Errorf("ask about the account: %w", err)
	}
	var in accountAnswer
	if err := decode(got.Data, &in); err != nil {
		return Account{}, fmt.Errorf("ask about the account: %w", err)
	}
	return Account{
		ID: string(in.ID), Name: bot.Clean(in.Name), Verified: in.Verified, Government: in.Type == accountGovernment,
		Package: bot.Clean(in.Package), ValidThrough: in.ValidThrough, Cloud: in.Cloud != "",
	}, nil
}

// warnBefore is how long before its end a package is worth a word.
const warnBefore = 30 * 24 * time.Hour

// Findings judges an account at now: what keeps it from serving, and what soon
// will.
func (a Account) Findings(now time.Time) []trouble.Finding {
	out := []trouble.Finding{trouble.Well(Name, "OA", fmt.Sprintf("%s (mã %s)", a.Name, a.ID))}
	add := func(name string, ok bool, good, bad, cure string) {
		f := trouble.Well(Name, name, good)
		if !ok {
			f = trouble.Found(Name, name, trouble.ChannelAccount, bad, cure)
		}
		out = append(out, f)
	}
	add("Xác thực OA", a.Verified, "đã xác thực", "OA chưa xác thực", "Gửi hồ sơ xác thực ở oa.zalo.me")
	lower := strings.ToLower(a.Package)
	basic := a.Package == "" || hasAny(lower, "basic", "cơ bản", "miễn phí", "free")
	add("Gói OA", !basic, "gói "+a.Package,
		"gói «"+a.Package+"» có lẽ không gọi được OpenAPI", "Mua gói Growth hoặc Comprehensive ở oa.zalo.me")
	if until, ok := parseDay(a.ValidThrough); ok {
		left := until.Sub(now)
		add("Hạn gói OA", left > warnBefore, "đến hết ngày "+until.Format("02/01/2006"), packageEnds(until, left), "Gia hạn ở oa.zalo.me")
		if left > 0 {
			out[len(out)-1] = out[len(out)-1].Milder()
		}
	}
	add("Zalo Cloud Account", a.Cloud, "đã liên kết",
		"chưa liên kết ZCA: tin ngoài 48 giờ không gửi được", "Liên kết ở account.zalo.cloud, nếu cần trả lời muộn")
	out[len(out)-1] = out[len(out)-1].Milder()
	return out
}

func packageEnds(until time.Time, left time.Duration) string {
	day := until.Format("02/01/2006")
	if left < 0 {
		return "gói đã hết hạn ngày " + day + ": OA ngừng gửi được tin"
	}
	return fmt.Sprintf("gói hết hạn ngày %s, còn %d ngày", day, int(left.Hours()/24))
}

// parseDay reads a day as Zalo writes it in its various answers.
func parseDay(s string) (time.Time, bool) {
	for _, layout := range []string{"02/01/2006", "2006-01-02", "02-01-2006", "15:04:05 02/01/2006", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(s), ict()); err == nil {
			return t.AddDate(0, 0, 1), true // it holds through the day
		}
	}
	return time.Time{}, false
}

// Explain tells an operator what an error of this package means and what to do
// about it, in Vietnamese, without a full stop at the end of either.
func Explain(err error) (what, cure string) {
	if e, ok := errors.AsType[*CodeError](err); ok {
		m := meaningOf(e)
		return fmt.Sprintf("%s (mã %d)", m.what, e.Code), m.cure
	}
	if e, ok := errors.AsType[*RefusedError](err); ok {
		return refusal(e)
	}
	if errors.Is(err, ErrLogin) {
		return "token không còn dùng được", "Chạy «doithoai zalo login»"
	}
	if e, ok := errors.AsType[*callError](err); ok && e.status != 0 {
		return fmt.Sprintf("máy chủ Zalo trả lời lạ (HTTP %d)", e.status), "Thử lại sau; xem proxy hay tường lửa có chặn không"
	}
	return "không gọi được máy chủ Zalo", "Xem máy này có ra được internet không, rồi thử lại"
}

// refusals of requests for tokens, as far as they are known.
var refusals = map[int]meaning{
	-14002: {what: "ứng dụng chưa hoạt động với người này", cure: "Bật «Đang hoạt động» ở developers.zalo.me, mục Cài đặt"},
	-14003: {what: "Callback URL không khớp", cure: "Ghi đúng từng chữ địa chỉ đó vào Official Account > Thiết lập chung > Callback URL"},
	-14004: {what: "Zalo không nhận mã ứng dụng hoặc khóa bí mật", cure: "Chép lại zalo_oa.app_id và zalo_oa.app_secret từ developers.zalo.me"},
}

func refusal(e *RefusedError) (what, cure string) {
	said := strings.TrimSpace(e.Name + " " + e.Reason)
	m, ok := refusals[e.Code]
	lower := strings.ToLower(said)
	switch {
	case ok:
	case strings.Contains(lower, "verifier") || strings.Contains(lower, "challenge"):
		m = meaning{what: "mã kiểm (code verifier) không khớp", cure: "Chép lại «Code challenge» mà lệnh in ra vào trang Zalo, lưu, rồi làm lại"}
	case strings.Contains(lower, "refresh"):
		m = meaning{what: "refresh token đã dùng rồi hoặc hết hạn", cure: "Chạy «doithoai zalo login»"}
	case strings.Contains(lower, "code"):
		m = meaning{what: "mã cho phép sai, đã dùng, hoặc quá 10 phút", cure: "Mở lại đường dẫn và bấm Cho phép lần nữa"}
	case strings.Contains(lower, "secret"):
		m = meaning{what: "khóa bí mật của ứng dụng không đúng", cure: "Chép lại zalo_oa.app_secret từ developers.zalo.me, mục Cài đặt"}
	default:
		m = meaning{what: "Zalo từ chối", cure: "Xem lại các bước ở docs/zalo.md, rồi chạy lại «doithoai zalo login»"}
	}
	return fmt.Sprintf("%s (mã %d: %s)", m.what, e.Code, said), m.cure
}
