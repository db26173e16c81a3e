package zalooa

import (
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/delivery"
)

// class says what follows from a code.
type class int

const (
	classUnknown class = iota // nothing was sent; try again
	classToken                // another token, once
	classRate                 // the account, until the minute is over
	classQuota                // this chat, for hours
	classWindow               // until the person writes
	classGone                 // the person cannot be reached
	classWrong                // this message cannot be sent
	classExpired              // the upload has run out: upload again
	classAccount              // nobody gets anything before a human mends it
	classMoney                // only what costs money does not go out, before a human pays
	classNight                // this message, not before the morning
)

// meaning is what we know of a code.
type meaning struct {
	class  class
	reason string // for dead letters and counters
	what   string // for operators, in Vietnamese
	cure   string
}

// codes lists every code that Zalo documents for what we call.
var codes = map[int]meaning{
	-216: {classToken, "token", "access token không còn dùng được", "Chương trình tự làm mới; nếu không được thì chạy «doithoai zalo login»"},
	-220: {classToken, "token", "access token đã hết hạn hoặc bị thu hồi", "Chương trình tự làm mới; nếu không được thì chạy «doithoai zalo login»"},

	-32:  {classRate, "rate", "gọi quá số lần mỗi phút của gói OA", "Chương trình tự chờ; nếu gặp thường xuyên thì nâng gói OA hoặc giảm zalo_oa.per_minute"},
	-211: {classQuota, "quota", "OA hết hạn mức tin ngoài 48 giờ", "Mua thêm hạn mức hoặc chờ sang tháng"},
	-218: {classQuota, "user-quota", "người dân này đã nhận đủ số tin Zalo cho phép", "Chương trình chờ vài giờ rồi gửi lại"},

	-230: {classWindow, "window", "người dân không nhắn cho OA trong 7 ngày qua", "Không làm gì được: người dân nhắn lại thì chương trình gửi ngay"},
	-232: {classWindow, "window", "người dân chưa từng nhắn, hoặc lần cuối đã quá hạn", "Không làm gì được: người dân nhắn lại thì chương trình gửi ngay"},

	-213: {classGone, "not-following", "người dân không còn quan tâm OA", "Báo người dân qua đường khác"},
	-217: {classGone, "refuses", "người dân từ chối nhận tin của OA", "Báo người dân qua đường khác"},
	-227: {classGone, "inactive", "tài khoản Zalo bị khóa hoặc 45 ngày không mở", "Báo người dân qua đường khác"},
	-244: {classGone, "restricted", "người dân chặn loại tin này", "Báo người dân qua đường khác"},

	-200: {classWrong, "send-failed", "Zalo không gửi được tin này", "Xem «doithoai outbox»; gửi lại nếu cần"},
	-201: {classWrong, "parameter", "tin có trường không hợp lệ", "Báo người phát triển; nếu chỉ hỏng khi có nút thì đặt zalo_oa.numbered: có"},
	-210: {classWrong, "too-long", "tin vượt giới hạn của Zalo", "Báo người phát triển"},
	-233: {classWrong, "kind", "Zalo không nhận loại tin này", "Báo người phát triển; nếu chỉ hỏng khi có nút thì đặt zalo_oa.numbered: có"},
	-248: {classWrong, "policy", "nội dung trái chính sách của Zalo", "Sửa câu trả lời đó trong kho kiến thức"},
	-249: {classWrong, "template", "mẫu tin không gửi được theo UID", "Báo người phát triển"},
	-240: {classWrong, "legacy", "API cũ đã đóng", "Cập nhật chương trình"},
	-100: {classExpired, "attachment", "hình đã tải lên quá 7 ngày", "Chương trình tự tải lại"},

	-204: {classAccount, "oa-gone", "OA đã bị xóa", "Kiểm tra OA ở oa.zalo.me"},
	-205: {classAccount, "oa-gone", "OA không còn tồn tại", "Kiểm tra OA ở oa.zalo.me"},
	-209: {classAccount, "app-inactive", "ứng dụng chưa được kích hoạt", "Bật «Đang hoạt động» ở developers.zalo.me, mục Cài đặt"},
	-212: {classAccount, "api-not-registered", "ứng dụng chưa đăng ký Official Account API", "Đăng ký ở developers.zalo.me, mục Đăng ký sử dụng API"},
	-219: {classAccount, "app-disabled", "ứng dụng bị gỡ hoặc vô hiệu", "Kiểm tra ứng dụng ở developers.zalo.me"},
	-221: {classAccount, "oa-not-verified", "OA chưa được xác thực", "Xác thực OA ở oa.zalo.me"},
	-223: {classAccount, "permission", "OA chưa cấp đủ quyền cho ứng dụng", "Chọn đủ quyền ở developers.zalo.me rồi chạy lại «doithoai zalo login»"},
	-224: {classAccount, "package", "gói của OA không có tính năng này", "Mua gói có OpenAPI (Growth hoặc Comprehensive) ở oa.zalo.me"},
	-235: {classAccount, "oa-state", "loại hoặc trạng thái của OA không cho gửi", "Kiểm tra OA ở oa.zalo.me"},
	-242: {classAccount, "proof", "Zalo đòi appsecret_proof và không nhận được", "Tắt «Yêu cầu appsecret_proof» ở developers.zalo.me"},
	-320: {classMoney, "no-cloud-account", "ứng dụng chưa liên kết Zalo Cloud Account", "Liên kết ZCA ở account.zalo.cloud; trong 48 giờ tin vẫn miễn phí"},
	-321: {classMoney, "no-money", "Zalo Cloud Account hết tiền", "Nạp tiền ở account.zalo.cloud"},

	-234: {classNight, "night", "loại tin này không gửi từ 22 giờ đến 6 giờ", "Chương trình gửi lại sau 6 giờ sáng"},

	-237: {classWrong, "group", "nhóm đã hết hạn", "Kiểm tra nhóm ở oa.zalo.me"},
	-238: {classWrong, "group", "quyền lợi nhóm đã dùng", "Kiểm tra nhóm ở oa.zalo.me"},
	-241: {classWrong, "group", "quyền lợi nhóm đã dùng", "Kiểm tra nhóm ở oa.zalo.me"},
	-403: {classWrong, "group", "nhóm không phải của OA", "Kiểm tra nhóm ở oa.zalo.me"},
}

// meaningOf looks at the message too where a code has two meanings: -32 is said
// of the app and of the account, -223 of a permission and of a limit.
func meaningOf(e *CodeError) meaning {
	m, ok := codes[e.Code]
	if !ok {
		return meaning{classUnknown, "unknown", "Zalo trả mã lỗi lạ", "Chương trình thử lại; nếu kéo dài thì báo người phát triển"}
	}
	said := strings.ToLower(e.Message)
	switch {
	case e.Code == -32 && (strings.Contains(said, "application") || strings.Contains(said, "app ")):
		m.what, m.reason = "ứng dụng gọi quá 4.000 lần mỗi phút", "app-rate"
	case e.Code == -223 && hasAny(said, "limit", "quota", "exceed", "giới hạn", "hạn mức", "vượt"):
		m = meaning{classQuota, "oa-limit", "OA đã hết hạn mức của chức năng này", "Kiểm tra hạn mức ở oa.zalo.me"}
	}
	return m
}

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// How long a code keeps us from trying again.
const (
	quotaRest   = 2 * time.Hour
	accountRest = 5 * time.Minute
	rateRest    = 5 * time.Second // at least: clocks differ
)

// sendError is what delivery is told of a code.
func (m meaning) sendError(e error, now time.Time) *delivery.SendError {
	out := &delivery.SendError{Reason: m.reason, Err: e}
	switch m.class {
	case classRate:
		out.Kind, out.Lane, out.After = delivery.Throttled, true, restOfMinute(now)
	case classQuota, classMoney:
		out.Kind, out.After = delivery.Throttled, quotaRest
	case classWindow:
		out.Kind = delivery.Window
	case classGone, classWrong, classExpired:
		out.Kind = delivery.Gone
	case classAccount, classToken:
		out.Kind, out.Lane, out.After = delivery.Throttled, true, accountRest
	case classNight:
		out.Kind, out.After = delivery.Throttled, untilMorning(now)
	}
	return out
}

func restOfMinute(now time.Time) time.Duration {
	return max(rateRest, now.Truncate(time.Minute).Add(time.Minute).Sub(now)+time.Second)
}

// untilMorning is the time until six o'clock in Vietnam, which knows no summer time.
func untilMorning(now time.Time) time.Duration {
	local := now.In(ict())
	six := time.Date(local.Year(), local.Month(), local.Day(), 6, 0, 0, 0, local.Location())
	if !six.After(local) {
		six = six.AddDate(0, 0, 1)
	}
	return six.Sub(local) + time.Minute
}
