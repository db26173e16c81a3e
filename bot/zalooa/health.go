package zalooa

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/doithoai/doithoai/internal/trouble"
)

// troubles is what keeps the account from serving, beside its tokens.
type troubles struct {
	mu     sync.Mutex
	refuse *trouble.Trouble // what Zalo last refused to the whole account, nil since it did something
	ending bool             // Zalo repeats events for the last times
	clock  bool             // an event that Zalo signed was of another time
}

// Health returns what is wrong now, nothing if messages come and go. Where an
// operator has to act, it says how.
func (c *Channel) Health() []trouble.Trouble {
	var all []trouble.Trouble
	if err := c.keeper.health(); err != nil {
		all = append(all, tokenTrouble(err))
	}
	t := &c.troubles
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refuse != nil {
		all = append(all, *t.refuse)
	}
	if t.ending {
		all = append(all, trouble.New(trouble.ChannelWebhook, "").With(
			"Zalo gửi lại sự kiện lần cuối vì chưa nhận được trả lời kịp: webhook sắp bị tắt, hoặc đã tắt.",
			"Vào developers.zalo.me, mục Webhook, xem còn bật không và bật lại; xem kho lưu và máy chủ trang đứng trước."))
	}
	if t.clock {
		all = append(all, trouble.New(trouble.ClockWrong, "").With("Zalo ký sự kiện vào giờ khác giờ máy này: đồng hồ máy sai.", ""))
	}
	return all
}

// tokenTrouble tells why the tokens cannot be renewed. A lost answer is tried
// again; only a refusal takes a person.
func tokenTrouble(err error) trouble.Trouble {
	if !errors.Is(err, ErrLogin) {
		return trouble.New(trouble.ChannelDown, "").With("Chưa làm mới được token của Zalo OA ("+err.Error()+").", "")
	}
	t := trouble.New(trouble.ChannelToken, "").With("Cần đăng nhập lại Zalo OA: không ai nhận được trả lời trước lúc đó.",
		"Chạy «doithoai zalo login»; không cần khởi động lại.")
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		what, _ := refusal(refused)
		t.What += " Zalo nói: " + what + "."
	}
	return t
}

// broken notes that Zalo refuses the whole account something.
func (c *Channel) broken(e *CodeError, m meaning) {
	now := trouble.New(codeOf(m), "").With(fmt.Sprintf("Zalo từ chối: %s (mã %d).", m.what, e.Code), m.cure+".")
	t := &c.troubles
	t.mu.Lock()
	fresh := t.refuse == nil || *t.refuse != now
	t.refuse = &now
	t.mu.Unlock()
	if fresh {
		c.log.Error("zalo refuses the account", "code", e.Code, "cure", m.what+". "+m.cure)
	}
}

// codeOf says what kind of trouble a refusal is.
func codeOf(m meaning) trouble.Code {
	switch {
	case m.class == classToken:
		return trouble.ChannelToken
	case slices.Contains([]class{classMoney, classQuota, classRate}, m.class):
		return trouble.ChannelQuota
	}
	return trouble.ChannelAccount
}

// mended forgets a refusal once something has gone out.
func (c *Channel) mended() {
	c.troubles.mu.Lock()
	defer c.troubles.mu.Unlock()
	c.troubles.refuse = nil
}

// heard notes an event that was taken: the webhook is there.
func (c *Channel) heard() {
	c.troubles.mu.Lock()
	defer c.troubles.mu.Unlock()
	c.troubles.ending = false
}

// webhookEnds notes that an event came for one of the last times.
func (c *Channel) webhookEnds() {
	c.troubles.mu.Lock()
	defer c.troubles.mu.Unlock()
	c.troubles.ending = true
}

// clockIs notes whether an event of Zalo's was of our time.
func (c *Channel) clockIs(right bool) {
	c.troubles.mu.Lock()
	defer c.troubles.mu.Unlock()
	c.troubles.clock = !right
}
