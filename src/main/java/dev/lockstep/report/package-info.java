/**
 * Writes {@code report.html} of a run and the page of a comparison: each one file that asks nothing
 * of the network, for a reader with half a minute. It may use {@code evaluate}, {@code data},
 * {@code config} and {@code error}, and reads the run folder's own files ({@code metrics.jsonl},
 * {@code experiment.conf}, {@code provenance.json}, {@code gallery.json}), so that the report of an
 * old run can be made again. Start with {@link dev.lockstep.report.RunReport} and {@link
 * dev.lockstep.report.Comparison}; the page's frame, looks and charts are {@code report.html},
 * {@code report.css} and {@code report.js} among the resources.
 */
package dev.lockstep.report;
