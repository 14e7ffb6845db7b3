package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// merge adds the lines of one more version to those of the versions before, which are to be found in them in their own order: lines of a longest common
// subsequence are shared, the others are put in where they stand.
func merge(old []line, lines []string, minor int) []line {
	// length[i][j] is how many lines old[i:] and lines[j:] share.
	length := make([][]int, len(old)+1)
	for i := range length {
		length[i] = make([]int, len(lines)+1)
	}
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(lines) - 1; j >= 0; j-- {
			if old[i].text == lines[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var merged []line
	i, j := 0, 0
	for i < len(old) || j < len(lines) {
		switch {
		case i < len(old) && j < len(lines) && old[i].text == lines[j]:
			merged = append(merged, line{old[i].text, append(slices.Clone(old[i].minors), minor)})
			i, j = i+1, j+1
		case j == len(lines) || i < len(old) && length[i+1][j] >= length[i][j+1]:
			merged = append(merged, old[i])
			i++
		default:
			merged = append(merged, line{lines[j], []int{minor}})
			j++
		}
	}
	return merged
}

// digest sums up the objects of a version, so that a test can tell whether the table gives them back as they were.
type digest struct{ objects []string }

func newDigest() *digest { return &digest{} }

func (d *digest) add(k key, meta metav1.ObjectMeta, content []any) {
	text, err := json.Marshal([]any{k.kind, k.namespace, k.name, meta.Labels, meta.Annotations, content})
	if err != nil {
		panic(err) // API types can be written
	}
	d.objects = append(d.objects, string(text))
}

func (d *digest) sum() string {
	slices.Sort(d.objects)
	sum := sha256.Sum256([]byte(strings.Join(d.objects, "\n")))
	return hex.EncodeToString(sum[:8])
}
