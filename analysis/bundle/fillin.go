package bundle

import (
	"bytes"
	"strings"

	"canopy/analysis/remedy"
	"canopy/model"
	"canopy/model/mask"
)

// blank stands in a file for a value that the user has to put in. It is a list, where a text is wanted, so that a server refuses the
// file till then: kubectl knows nothing of the mask, and would write that.
const blank = "[put the new value here in place of the brackets]"

// opened gives a document that creates something with masks as a file in which the values can be put.
func opened(d *remedy.Document) {
	if d.Step.Verb != model.Create || !open(d) {
		return
	}
	for _, quoted := range []string{`"` + mask.Text + `"`, "'" + mask.Text + "'", mask.Text} {
		d.YAML = bytes.ReplaceAll(d.YAML, []byte(quoted), []byte(blank))
	}
	evidence := make([]string, len(d.Evidence))
	for i, e := range d.Evidence {
		evidence[i] = strings.ReplaceAll(e, mask.Text, "the brackets")
	}
	d.Evidence = evidence
}

// open tells that values of a document are to be filled in.
func open(d *remedy.Document) bool { return bytes.Contains(d.YAML, []byte(mask.Text)) }

// toFill lists the files of documents that lack values.
func (b *builder) toFill() []string {
	var files []string
	for i := range b.fix.Documents {
		if bytes.Contains(b.fix.Documents[i].YAML, []byte(blank)) {
			files = append(files, b.fix.Documents[i].File)
		}
	}
	return files
}
