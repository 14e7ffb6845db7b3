package privilege

import "canopy/model"

// Doubt is what decides whether an opening holds, where that is not certain.
type Doubt uint8

// The doubts, the worse the later.
const (
	Certain Doubt = iota
	// OnVersion: the version of the server, which is not known, decides.
	OnVersion
	// OnAdmission: a policy, Pod Security or a feature that was not seen decides, or it is for some requests alone.
	OnAdmission
	// OnData: an object that was not seen decides.
	OnData
)

// doubts tells whether a way is open in a place, and what decides where that is not certain. It says more than passes, which
// says what findings do: a policy cannot be read, and Pod Security may close every namespace.
func (w *way) doubts(at *readingKey, minor int) (is bool, on Doubt, why string) {
	is, on, why = w.passes(at, minor)
	decides := func(reason string) {
		if on < OnAdmission {
			on, why = OnAdmission, reason
		}
	}
	switch {
	case w.Admission == policy:
		decides("what admission, or a setting that cannot be read, makes of it decides")
	case w.Admission != podSecurity || !at.cluster:
	case at.admits == model.No:
		decides("Pod Security keeps privileged pods out of every namespace")
	case at.admits == model.Unknown:
		decides("no namespace was seen that admits privileged pods")
	}
	if w.privileged && at.guard != "" {
		decides(at.guard + " may refuse privileged pods")
	}
	if w.grip&partial != 0 {
		decides("it is for the requests alone that the verbs impersonate-on name")
	}
	return is, on, why
}
