package bot

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/doithoai/doithoai/internal/strictyaml"
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
)

// ChannelTexts are sentences that channels say or show where no reply of the
// engine can stand.
type ChannelTexts struct {
	AskAgain  Reply  // in place of answers that waited too long to be of use, where only so many get through
	Flood     string // to whom writes too much at a time
	Anonymous string // to a visitor whom nobody can answer later
	Choose    string // over a numbered list
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
		Start:     t.say(textStart),
		Menu:      t.say(textTopics),
		Officer:   t.say(textOfficer),
		Forget:    t.say(textForget),
	}, nil
}

// texts are the program's own sentences, by folded key.
type texts map[string]string

func loadTexts(data []byte) (texts, error) {
	node, faults := strictyaml.Decode(data)
	for _, f := range faults {
		if !f.Warning {
			return nil, fmt.Errorf("read texts: line %d: %s", f.Line, f.Message)
		}
	}
	t := texts{}
	for _, p := range node.Pairs {
		t[p.Folded] = p.Value.Text
	}
	return t, nil
}

// say returns a sentence with its gaps filled: «{nhãn}» takes the value after
// "nhãn".
func (t texts) say(key textKey, gaps ...string) string {
	s := t[strictyaml.Fold(string(key))]
	for i := 0; i+1 < len(gaps); i += 2 {
		s = strings.ReplaceAll(s, "{"+gaps[i]+"}", gaps[i+1])
	}
	return s
}
