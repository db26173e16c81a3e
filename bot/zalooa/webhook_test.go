package zalooa_test

import (
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

func stamp(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func textEvent(o oafake.Options, at time.Time, text string) []byte {
	return []byte(`{"app_id":"` + o.AppID + `","event_name":"user_send_text","sender":{"id":"24684588352"},` +
		`"recipient":{"id":"` + o.OAID + `"},"message":{"msg_id":"mm1","text":"` + text + `"},"timestamp":"` + stamp(at) + `"}`)
}
