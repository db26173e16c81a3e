// Package linear is a softmax classifier over sparse text features: small,
// exact, explainable, and the same to the last bit on every machine.
//
// It learns which words, word pairs and concepts speak for which class from a
// few thousand labelled questions in well under a second, and it can say
// afterwards which of them decided ([Model.Explain]). It knows nothing of
// Vietnamese or of policies; package knowledge makes the features and decides
// what to do with the scores.
//
// Sums are taken in a fixed order and products are rounded before they are
// added, so that no processor fuses them: a model trained on one machine equals
// the model trained on another.
package linear
