package bundle

import (
	"bytes"
	"fmt"

	"canopy/model"
)

// stepBack takes back what was done to one object.
type stepBack struct {
	ref  model.Ref
	verb model.StepVerb
	// file holds the patch or the object; "" where the command needs none.
	file string
	// text is what stands in the file.
	text []byte
	// command is the kubectl command line; "" where nothing can be given.
	command string
	// comments say what is to be known.
	comments []string
	// saved is the file into which the object has to be saved before the fix is applied, since what stands in it is not known here;
	// "" where it need not.
	saved string
	// whole tells that the command does it as it stands, and that nothing is to be filled in.
	whole bool
}

// rollbackFiles gives rollback.yaml, to be read, and a file for each command that needs one.
func (b *builder) rollbackFiles() []File {
	if len(b.fix.Documents) == 0 {
		return nil
	}
	var all bytes.Buffer
	comment(&all, "What takes the fix back, to be read: what was done last comes first. kubectl takes one patch at a time, so each stands in a file")
	comment(&all, "of its own, and README.md has the commands in order. If the guard refuses by now, take it away before.")
	var files []File
	for i := range b.back {
		s := &b.back[i]
		all.WriteString("---\n")
		var head bytes.Buffer
		comment(&head, fmt.Sprintf("%d of %d: %s %s", i+1, len(b.back), s.verb, s.ref))
		for _, c := range s.comments {
			comment(&head, c)
		}
		if s.command != "" {
			comment(&head, "use: "+s.command)
		}
		all.Write(head.Bytes())
		all.Write(s.text)
		if s.file != "" {
			files = append(files, File{Name: s.file, Private: true, Content: append(head.Bytes(), s.text...)})
		}
	}
	return append([]File{{Name: rollbackFile, Private: true, Content: all.Bytes()}}, files...)
}

// save is the command that saves an object.
func (s *stepBack) save() string {
	return "kubectl get " + target(s.ref) + " --output yaml > " + s.saved
}
