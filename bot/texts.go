package bot

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/internal/vietnamese"
	"github.com/doithoai/doithoai/internal/wording"
)

//go:embed texts.vi.yaml
var textsFile []byte

// textKey names a sentence of texts.vi.yaml.
type textKey string

// The sentences the program says of itself. Their words stand in the file; a
// test checks that every key has words and that no words are without a key.
const (
	textIntro         textKey = "giới thiệu"
	textWelcome       textKey = "chào mở đầu"
	textMenu          textKey = "danh mục"
	textTopic         textKey = "chủ đề"
	textFootnote      textKey = "dòng cuối"
	textFootnoteLaw   textKey = "dòng cuối không ngày"
	textFootnotePlain textKey = "dòng cuối không căn cứ"
	textCarried       textKey = "nói về"
	textUnclear       textKey = "tình trạng chưa rõ"
	textEnded         textKey = "tình trạng đã hết"
	textOverdue       textKey = "quá hạn kiểm"
	textNoVersion     textKey = "không có bản"
	textAskWho        textKey = "hỏi diện"
	textClarify       textKey = "hỏi lại"
	textNotThese      textKey = "nút không phải"
	textNotMeant      textKey = "nút chưa đúng"
	textOfficer       textKey = "nút cán bộ"
	textTopics        textKey = "nút danh mục"
	textHandover      textKey = "chưa trả lời được"
	textHuman         textKey = "gặp cán bộ"
	textHumanPlace    textKey = "gặp cán bộ ở xã"
	textPlacePhone    textKey = "số của xã"
	textPlaceMoved    textKey = "xã đã đổi"
	textWhichPlace    textKey = "xã nào"
	textSorry         textKey = "chưa đúng ý"
	textRephrase      textKey = "nói lại"
	textLoop          textKey = "ngừng đoán"
	textRepeat        textKey = "đã trả lời"
	textRepeatShort   textKey = "đã trả lời nhiều lần"
	textThanks        textKey = "cảm ơn đánh giá"
	textForgotten     textKey = "đã quên"
	textEmpty         textKey = "tin trống"
	textTooLong       textKey = "tin dài"
	textMedia         textKey = "chưa đọc được tệp"
	textReceived      textKey = "đã nhận"
	textNoPapers      textKey = "đừng gửi căn cước"
	textThingPhoto    textKey = "vật photo"
	textThingVoice    textKey = "vật voice"
	textThingVideo    textKey = "vật video"
	textThingFile     textKey = "vật file"
	textThingLocation textKey = "vật location"
	textLate          textKey = "đến trễ"
	textAskAgain      textKey = "xin hỏi lại"
	textFlood         textKey = "nhắn dồn dập"
	textAnonymous     textKey = "khách ẩn danh"
	textChoose        textKey = "gõ số để chọn"
	textProvince      textKey = "tên tỉnh"
	textStart         textKey = "lệnh bắt đầu"
	textForget        textKey = "lệnh quên tôi"
	textNoList        textKey = "số không có danh sách"
	textGoOn          textKey = "nói tiếp"
	textHow           textKey = "mặt how"
	textPapers        textKey = "mặt papers"
	textWhere         textKey = "mặt where"
	textTime          textKey = "mặt time"
	textLegal         textKey = "mặt legal"
	textWho           textKey = "mặt who"
	textBenefit       textKey = "mặt benefit"
	textNotes         textKey = "mặt notes"
	textNoFacet       textKey = "không có phần này"
	textComplaint     textKey = "tố cáo"

	// Of what goes to officers.
	textBring         textKey = "chuyển cán bộ"
	textProposal      textKey = "kiến nghị"
	textProposes      textKey = "lời kiến nghị"
	textDenounces     textKey = "lời tố cáo"
	textAskPlace      textKey = "hỏi xã"
	textNoPlace       textKey = "nút không nói xã"
	textConsent       textKey = "xin đồng ý"
	textConsentKept   textKey = "xin đồng ý kín"
	textConsentMore   textKey = "đồng ý gì"
	textSendsQuestion textKey = "gửi câu hỏi"
	textSendsWish     textKey = "gửi lời nhờ"
	textSendsTurns    textKey = "gửi câu trước"
	textSendsPlace    textKey = "gửi tên xã"
	textSendsFiles    textKey = "gửi tệp"
	textAnd           textKey = "và"
	textOldConsent    textKey = "đồng ý cũ"
	textReceiptUrgent textKey = "biên nhận gấp"
	textSaysNoPlace   textKey = "nói không nói xã"
	textStrangePlace  textKey = "xã lạ"
	textCallMe        textKey = "nhờ gọi"
	textNoQuestion    textKey = "hồ sơ không câu hỏi"
	textAsks          textKey = "lời hỏi"
	textAgree         textKey = "nút đồng ý"
	textDisagree      textKey = "nút không gửi"
	textDetails       textKey = "nút xem kỹ"
	textSaysYes       textKey = "nói đồng ý"
	textSaysNo        textKey = "nói không"
	textReceipt       textKey = "biên nhận"
	textTooMany       textKey = "nhiều hồ sơ"
	textPhoneKept     textKey = "đã ghi số"
	textMyCases       textKey = "nút hồ sơ"
	textAddMore       textKey = "nút nhắn thêm"
	textOther         textKey = "nút việc khác"
	textClear         textKey = "nút rõ"
	textUnclearButton textKey = "nút chưa rõ"
	textSaysCases     textKey = "nói hồ sơ của tôi"
	textSaysPress     textKey = "nói hỏi"
	textSaysOther     textKey = "nói việc khác"
	textSaysClear     textKey = "nói rõ"
	textSaysUnclear   textKey = "nói chưa rõ"
	textNoCase        textKey = "chưa có hồ sơ"
	textNoSuchCase    textKey = "không thấy hồ sơ"
	textCaseWaiting   textKey = "hồ sơ waiting"
	textCaseHeld      textKey = "hồ sơ held"
	textCaseAsked     textKey = "hồ sơ asked"
	textCaseAnswered  textKey = "hồ sơ answered"
	textCaseClosed    textKey = "hồ sơ closed"
	textCaseLate      textKey = "hồ sơ trễ"
	textCleared       textKey = "đã rõ"
	textTellUnclear   textKey = "chưa rõ chỗ nào"
	textTellMore      textKey = "nhắn thêm gì"
	textAdded         textKey = "đã nhắn thêm"
	textAside         textKey = "việc khác"
	textApart         textKey = "trả lời riêng"
	textCheckTrue     textKey = "mã kiểm đúng"
	textCheckFalse    textKey = "mã kiểm sai"
	textPolite        textKey = "mở lời"
	textWeekdays      textKey = "các ngày"
)

// ChannelTexts are sentences that channels say or show where no reply of the
// engine can stand.
type ChannelTexts struct {
	AskAgain  Reply  // in place of answers that waited too long to be of use, where only so many get through
	Flood     string // to whom writes too much at a time
	Anonymous string // to a visitor whom nobody can answer later
	Choose    string // over a numbered list
	Province  string // in a heading: whose bot this is
	Start     string // of a menu: begin again
	Menu      string // of a menu: the topics
	Officer   string // of a menu: a person
	Forget    string // of a menu: erase what was said
}

// Channel returns what channels say. The error is one of the file compiled
// into the program, which a test excludes.
func Channel() (ChannelTexts, error) {
	t, err := loadTexts(textsFile)
	if err != nil {
		return ChannelTexts{}, err
	}
	return ChannelTexts{
		AskAgain:  Reply{Kind: ReplyNotice, Text: t.say(textAskAgain)},
		Flood:     t.say(textFlood),
		Anonymous: t.say(textAnonymous),
		Choose:    t.say(textChoose),
		Province:  t.say(textProvince),
		Start:     t.say(textStart),
		Menu:      t.say(textTopics),
		Officer:   t.say(textOfficer),
		Forget:    t.say(textForget),
	}, nil
}

// texts are the program's own sentences.
type texts struct {
	words map[string]string // by folded key
	// heard are the lines of each text as they are found in what somebody says.
	heard map[string][]string
}

func loadTexts(data []byte) (texts, error) {
	words, err := wording.Read(data)
	if err != nil {
		return texts{}, err
	}
	heard := make(map[string][]string, len(words))
	for key, text := range words {
		for line := range strings.SplitSeq(text, "\n") {
			if folded := foldWords(vietnamese.Tokenize(line)); folded != "" {
				heard[key] = append(heard[key], folded)
			}
		}
	}
	return texts{words, heard}, nil
}

// say returns a sentence with its gaps filled, see [wording.Fill].
func (t texts) say(key textKey, gaps ...string) string {
	return wording.Fill(t.words[strictyaml.Fold(string(key))], gaps...)
}

// lists reports whether a text of several lines holds a saying, both folded.
func (t texts) lists(key textKey, folded string) bool {
	return slices.Contains(t.heard[strictyaml.Fold(string(key))], folded)
}

// saying is what was said as [texts.says] looks into it.
func saying(said string) string { return " " + foldWords(vietnamese.Tokenize(said)) + " " }

// says reports whether one of the lines of a text occurs in a [saying], as whole
// words.
func (t texts) says(key textKey, saying string) bool {
	return slices.ContainsFunc(t.heard[strictyaml.Fold(string(key))], func(line string) bool { return strings.Contains(saying, " "+line+" ") })
}
