package zalooa

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // a picture may come as one
	"net/http"
)

const (
	// maxPixels bounds what is unpacked to make a picture smaller.
	maxPixels = 40 << 20
	// wideEnough is more than a phone shows, in pixels of the longer side.
	wideEnough = 2400
	// maxFactor is how small a picture is made at most.
	maxFactor = 8
)

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
	plain := onWhite(picture)
	for factor := 1 + (max(head.Width, head.Height)-1)/wideEnough; factor <= maxFactor; factor++ {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, smaller(plain, factor), &jpeg.Options{Quality: 80}); err != nil {
			return nil, "", errUnsendable
		}
		if b.Len() <= maxImage {
			return b.Bytes(), "hinh.jpg", nil
		}
	}
	return nil, "", errUnsendable
}

// onWhite is a picture without transparency.
func onWhite(picture image.Image) *image.RGBA {
	b := picture.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), picture, b.Min, draw.Over)
	return out
}

// smaller makes one pixel, their mean, of each square of factor pixels.
func smaller(src *image.RGBA, factor int) *image.RGBA {
	if factor == 1 {
		return src
	}
	size := src.Bounds().Size().Div(factor)
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			var sum [3]int
			for dy := range factor {
				row := src.Pix[src.PixOffset(x*factor, y*factor+dy):][:4*factor]
				for i := 0; i < len(row); i += 4 {
					sum[0], sum[1], sum[2] = sum[0]+int(row[i]), sum[1]+int(row[i+1]), sum[2]+int(row[i+2])
				}
			}
			n := factor * factor
			copy(out.Pix[out.PixOffset(x, y):], []byte{byte(sum[0] / n), byte(sum[1] / n), byte(sum[2] / n), 0xff})
		}
	}
	return out
}
