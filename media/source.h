/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What camera and microphone have in common: opened and closed as a whole, watched while open.
 *
 * Owns: the capture that is open, the thread that opens and closes it, and what is known of it.
 * Called by: camera and microphone, which derive from it; ui may use it for either of them.
 * Must never: open a device while not enabled, block the main loop, change the pipeline's state on
 * a streaming thread. Main context only.
 *
 * Properties:
 *  "enabled" (boolean, rw): the person's wish; it stays TRUE when the device fails
 *  "state" (CausetteSourceState): follows. OFF and FAILED come when the device is really closed,
 *    a moment after the feeds have stopped
 *  "error" (GError, nullable): set in FAILED, its message a sentence for a person
 *  "device-name" (string, nullable): of the device that is open or would be opened
 *  "source" (string, rw): which one, see the subclass
 */
#pragma once

#include "media/devices.h"
#include "media/feed.h"

G_BEGIN_DECLS

#define CAUSETTE_TYPE_SOURCE (causette_source_get_type ())
G_DECLARE_DERIVABLE_TYPE (CausetteSource, causette_source, CAUSETTE, SOURCE, GObject)

struct _CausetteSourceClass
{
  GObjectClass parent_class;

  CausetteDeviceKind kind;
  const char *word;         /* "camera": what names real devices in "source" */
  const char *test_name;    /* the test source's name for a person, to be translated */
  const char *sentences[4]; /* one for each CausetteDeviceError, to be translated */

  /* Builds the whole pipeline and connects its sinks with causette_source_connect_sink(). @device:
   * the device to open, or (nullable) for the test source, which @test describes further (never
   * NULL then, "" for the default one). Returns: (transfer full) (nullable): the pipeline, or NULL
   * with @error (CAUSETTE_DEVICE_ERROR). */
  GstElement *(*build) (CausetteSource *self,
                        CausetteDevice *device,
                        const char *test,
                        GError **error);
  /* The pipeline is being closed: whatever points into it is to be dropped. */
  void (*closing) (CausetteSource *self);
  /* An element's own message (level). */
  void (*element_message) (CausetteSource *self, const GstStructure *structure);
};

void causette_source_set_source (CausetteSource *self, const char *source);
const char *causette_source_get_source (CausetteSource *self);
void causette_source_set_enabled (CausetteSource *self, gboolean enabled);
gboolean causette_source_get_enabled (CausetteSource *self);
CausetteSourceState causette_source_get_state (CausetteSource *self);
const GError *causette_source_get_error (CausetteSource *self);
const char *causette_source_get_device_name (CausetteSource *self);

/* For subclasses. */

/* Within build() only: what @sink (an appsink) gets goes to @feed, until the source is closed. */
void causette_source_connect_sink (CausetteSource *self, GstElement *sink, CausetteFeed *feed);
/* Within build() only: @element is the one that captures. Its buffers' PTS become absolute times of
 * the system clock, also where the element has none or impossible ones. */
void causette_source_stamp (CausetteSource *self, GstElement *element);
/* Within build() only: returns (transfer none): a new element in @pipeline, or %NULL with @error
 * when its plugin is missing. */
GstElement *causette_source_add_element (GstElement *pipeline, const char *factory, GError **error);
/* Closes and opens again, if it is open, after a setting has changed. */
void causette_source_reopen (CausetteSource *self);

G_END_DECLS
