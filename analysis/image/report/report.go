// Package report reads what scanners and signers have written to files: reports of Trivy and Grype, SARIF, CycloneDX, OpenVEX and the
// output of "cosign verify". It does no I/O. What it reads is hostile: nothing of it makes it panic, and nothing unreadable is taken
// for clean.
package report

import (
	"bytes"
	"context"
	"errors"

	"canopy/model"
	"canopy/model/record"
)

// Report is what one file says.
type Report struct {
	// Scans are in the order of the file.
	Scans []Scan
	// Signatures are those that were verified.
	Signatures []*record.Signature
	// Statements are of VEX documents. Those that a report makes about its own lines are applied to them already, and listed too.
	Statements []Statement
	// signatures finds Signatures by their names.
	signatures map[string]*record.Signature
	// Images are the images that CycloneDX documents are of, by the serial number of the document: others link to them.
	Images map[string]Product
}

// Scan is a scan of one image with its lines, which the record does not keep. Its counts leave out what a statement takes out.
type Scan struct {
	*record.Scan
	Vulnerabilities []model.Vulnerability
}

// reader reads one document in a form that is known.
type reader struct {
	// origin is the name of the file.
	ctx    context.Context
	origin string
	data   []byte
	into   *Report
}

// Read reads a file: one document, several one after the other (NDJSON too), or an array of them. The name is that of the file, for
// errors and for the origin of what is in it. On an error, which names the places, the report holds what could be read. Of many errors
// the first are named and the others counted. It ends with the context.
func Read(ctx context.Context, name string, data []byte) (*Report, error) {
	into := &Report{}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var wrong faultList
	where := &ruler{name: name, data: data}
	fail := func(start int, err error) { wrong.add(func() error { return where.place(start, err) }) }
	found := false
	for at := skipSpace(data, 0); at < len(data); at = skipSpace(data, at) {
		if err := ctx.Err(); err != nil {
			return into, err
		}
		found = true
		end, err := documentEnd(data, at)
		if err != nil {
			fail(end, err)
			break
		}
		if err := readDocument(ctx, name, data[at:end], into, true); err != nil {
			fail(at, err)
		}
		at = end
	}
	if !found {
		return into, where.place(0, errors.New("the file is empty"))
	}
	return into, wrong.join(ctx.Err())
}

// readDocument reads one document; the elements of an array of documents are read each for itself.
func readDocument(ctx context.Context, name string, data []byte, into *Report, outer bool) error {
	r := reader{ctx, name, data, into}
	f, err := detect(data)
	if err != nil {
		return err
	}
	switch f {
	case formatTrivy:
		return r.trivy()
	case formatGrype:
		return r.grype()
	case formatSARIF:
		return r.sarif()
	case formatCycloneDX:
		return r.cycloneDX()
	case formatOpenVEX:
		return r.openVEX()
	case formatCosign:
		return r.cosign()
	case formatList:
		if !outer {
			return errUnknown
		}
		return r.list()
	}
	return errUnknown
}

// list reads an array of documents.
func (r *reader) list() error {
	var wrong faultList
	err := elements(r.ctx, r.data, func(index, start, end int) {
		if err := readDocument(r.ctx, r.origin, r.data[start:end], r.into, false); err != nil {
			wrong.add(func() error { return within(index, start, err) })
		}
	})
	return wrong.join(err)
}

// add files a scan under its name, with its counts where it has lines.
func (r *reader) add(s *record.Scan, list []model.Vulnerability) {
	s.Origin = r.origin
	if s.Counts != nil {
		if s.Excluded = CountExcluded(list); s.Excluded != nil {
			s.ExcludedBy = "the report itself"
		}
	}
	s.Meta = record.OwnMeta("ImageScan", "", ScanName(s))
	r.into.Scans = append(r.into.Scans, Scan{s, list})
}
