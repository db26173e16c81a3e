// Package classify tells which of some dozen classes a text belongs to: small,
// deterministic, explainable, the same to the last bit on every machine.
//
// A [Model] blends two classifiers over the same sparse features. A softmax
// weighs every feature for every class; it is exact about words it has seen and
// can say what decided ([Model.Explain]). A network with one hidden layer maps
// words that are used alike to like places, and so understands wordings the
// softmax has not seen; measured on questions by writers left out, the two
// together are right two to three points more often than either, and surer
// when they are right.
//
// It learns from ten thousand short texts in some seconds, so what it learned
// can be stored ([Model.Write], [Read]). It knows nothing of Vietnamese or of
// policies; package knowledge makes the features and decides what to do with the
// probabilities.
//
// Sums are taken in a fixed order and products are rounded before they are
// added, so that no processor fuses them: a model trained on one machine equals
// the model trained on another.
package classify
