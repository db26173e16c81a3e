package zalooa

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/internal/trouble"
)

// refreshLife is how long Zalo lets a refresh token wait to be used, and
// refreshSoon how long before that is worth a word.
const (
	refreshLife = 90 * 24 * time.Hour
	refreshSoon = 14 * 24 * time.Hour
)

// examined names what is said about tokens.
const examined = "Token Zalo OA"

// Examine asks Zalo about the account with the tokens that count – those stored,
// those of the copy in file, or the configured ones – for «doctor». It changes
// nothing: no token is refreshed for it.
func Examine(ctx context.Context, l Login, stored Pair, file string, configured Pair) []trouble.Finding {
	pair, now := choose(stored, readCopy(file), configured), l.config().Now()
	if pair.Access == "" && pair.Refresh == "" {
		return []trouble.Finding{trouble.Found(Name, examined, trouble.ChannelToken, "chưa có token", "Chạy «doithoai zalo login»")}
	}
	age := pair.finding(now)
	if age.Grade == trouble.Fault {
		return []trouble.Finding{age}
	}
	account, err := l.Account(ctx, pair)
	if err == nil {
		return append(account.Findings(now), age)
	}
	what, cure := Explain(err)
	code := trouble.ChannelDown
	if e, ok := errors.AsType[*CodeError](err); ok {
		code = codeOf(meaningOf(e))
	}
	f := trouble.Found(Name, "Zalo OA", code, what, cure)
	if code == trouble.ChannelToken && pair.outdated(now) {
		return []trouble.Finding{f.Milder(), age} // the next start refreshes it
	}
	return []trouble.Finding{f, age}
}

// outdated reports whether the access token has ended, while the other one is
// good for another.
func (p Pair) outdated(now time.Time) bool { return !p.Expires.IsZero() && !now.Before(p.Expires) }

// finding tells how old the pair is and how long it will do.
func (p Pair) finding(now time.Time) trouble.Finding {
	if p.Issued.IsZero() {
		return trouble.Well(Name, examined, "lấy từ thiết đặt, chưa rõ tuổi; chương trình làm mới lúc khởi động")
	}
	left := p.Issued.Add(refreshLife).Sub(now)
	text := fmt.Sprintf("làm mới lần cuối %s; token làm mới còn dùng được chừng %d ngày", p.Issued.In(ict()).Format("15:04 02/01/2006"), max(0, int(left.Hours()/24)))
	switch {
	case left <= 0:
		return trouble.Found(Name, examined, trouble.ChannelToken, "token làm mới đã quá hạn ba tháng", "Chạy «doithoai zalo login»")
	case left < refreshSoon:
		return trouble.Found(Name, examined, trouble.ChannelTokenSoon, text, "")
	case p.outdated(now):
		return trouble.Found(Name, examined, trouble.ChannelTokenSoon, "token gọi đã hết hạn; "+text, "Cho chương trình chạy: nó tự làm mới trong một phút")
	}
	return trouble.Well(Name, examined, text)
}

// ict is the time of Vietnam, which knows no summer time.
func ict() *time.Location { return time.FixedZone("ICT", 7*60*60) }
