// Package desktest writes files of desks that hold in whatever year tests run.
package desktest

import (
	"fmt"
	"time"
)

// Tet is the key of the days of Tết, which a file lacks at its peril, for this year
// and the next.
func Tet() string {
	year := time.Now().Year()
	return fmt.Sprintf(`tết: |
  05/02/%[1]d - 11/02/%[1]d
  05/02/%[2]d - 11/02/%[2]d
`, year, year+1)
}

// TwoOfficers is a file with a desk for everything at any hour, and one for what is
// confidential: of Lan, who writes from that chat, and Hoa, who is still to be
// invited.
func TwoOfficers(lan string) string {
	return `giờ làm việc: |
  thứ 2 - chủ nhật: 0h-24h
` + Tet() + `cán bộ:
  - mã: lan
    tên: Chị Lan
    chat: ` + lan + `
  - mã: hoa
    tên: Chị Hoa
    mời: có
bộ phận:
  - mã: chung
    tên: Bộ phận tiếp nhận
    chủ đề: tất cả
    địa bàn: tất cả
    cán bộ: lan, hoa
    trưởng: lan
    trả lời trong: 3 ngày làm việc
  - mã: kin
    tên: Người nhận chuyện kín
    kín: có
    gấp: có
    cán bộ: lan
    trả lời trong: 2 giờ
nhắc việc: |
  nửa thời hạn: cán bộ
  hết thời hạn: trưởng
`
}
