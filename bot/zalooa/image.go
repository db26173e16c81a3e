package zalooa

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // a picture may come as one
	"net/http"
)

// maxPixels bounds what is unpacked to make a picture smaller.
const maxPixels = 40 << 20

// fitImage returns a picture as Zalo takes it, made smaller if it has to be.
func fitImage(data []byte) (fitted []byte, name string, err error) {
	switch http.DetectContentType(data) {
	case "image/jpeg":
		name = "hinh.jpg"
	case "image/png":
		name = "hinh.png"
	default:
		return nil, "", errUnsendable
	}
	if len(data) <= maxImage {
		return data, name, nil
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || head.Width*head.Height > maxPixels {
		return nil, "", errUnsendable
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "", errUnsendable
	}
	for factor := 1; factor <= 8; factor++ {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, smaller{picture, factor}, &jpeg.Options{Quality: 80}); err != nil {
			return nil, "", errUnsendable
		}
		if b.Len() <= maxImage {
			return b.Bytes(), "hinh.jpg", nil
		}
	}
	return nil, "", errUnsendable
}

// smaller shows a picture with one pixel for each square of factor pixels, on
// white where it is transparent.
type smaller struct {
	image.Image
	factor int
}

// ColorModel implements image.Image.
func (s smaller) ColorModel() color.Model { return color.RGBAModel }

// Bounds implements image.Image.
func (s smaller) Bounds() image.Rectangle {
	b := s.Image.Bounds()
	return image.Rect(0, 0, b.Dx()/s.factor, b.Dy()/s.factor)
}

// At is the mean of a square.
func (s smaller) At(x, y int) color.Color {
	from := s.Image.Bounds().Min
	var r, g, b, n uint32
	for dy := range s.factor {
		for dx := range s.factor {
			cr, cg, cb, ca := s.Image.At(from.X+x*s.factor+dx, from.Y+y*s.factor+dy).RGBA()
			white := 0xffff - ca
			r, g, b, n = r+(cr+white)>>8, g+(cg+white)>>8, b+(cb+white)>>8, n+1
		}
	}
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 0xff}
}
