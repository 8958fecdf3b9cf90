/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session descriptions: see sdp.h.
 *
 * Must never: log a description, pass a byte of the partner's on that it did not understand.
 */
#include "media/sdp.h"

#include <string.h>

#include "media/call.h"
#include "media/candidate.h"

#define MIN_PAYLOAD           96 /* the payloaders' own bounds: the dynamic types */
#define MAX_PAYLOAD           127
#define MAX_FORMATS           256
#define MAX_SSRCS             8 /* of one section */
#define MAX_TWCC_ID           14
#define DEFAULT_MESSAGE_BYTES (64 * 1024)
#define LARGEST_MESSAGE_BYTES (256 * 1024)
#define ICE_UFRAG_MIN_LENGTH  4 /* RFC 8839 §5.4 */
#define ICE_PWD_MIN_LENGTH    22
#define ICE_MAX_LENGTH        256

/* One section while it is read; the first one is the session's own part. */
typedef struct
{
  GPtrArray *attributes; /* of const char *: what stands behind "a=", into the text */
  char **words;          /* of the m= line; NULL for the session */
} Section;

/* The state of a reading. */
typedef struct
{
  SdpRemote *remote;
  GPtrArray *sections; /* of Section */
  GHashTable *ssrcs;   /* those seen */
  GString *out;
  const char *ufrag, *pwd, *setup, *bundle;
  gboolean have_fingerprint;
} Reader;

static void
section_free (gpointer data)
{
  Section *section = data;

  g_ptr_array_unref (section->attributes);
  g_strfreev (section->words);
  g_free (section);
}

static void
media_clear (gpointer data)
{
  SdpMedia *media = data;

  g_free (media->mid);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, CAUSETTE_CALL_ERROR, CAUSETTE_CALL_ERROR_DESCRIPTION,
               "The partner’s description cannot be used: %s.", what);

  return FALSE;
}

/* The value of attribute @name: "" for one without a value, %NULL when it is not there. */
static const char *
attribute_value (const char *attribute, const char *name)
{
  gsize length = strlen (name);

  if (strncmp (attribute, name, length) != 0)
    return NULL;
  if (attribute[length] == ':')
    return attribute + length + 1;

  return attribute[length] == '\0' ? attribute + length : NULL;
}

static const char *
section_get (const Section *section, const char *name)
{
  for (guint i = 0; i < section->attributes->len; i++)
    {
      const char *value = attribute_value (g_ptr_array_index (section->attributes, i), name);

      if (value != NULL)
        return value;
    }

  return NULL;
}

/* In the section itself, else in the session's part, which speaks for all. */
static const char *
reader_get (const Reader *self, const Section *section, const char *name)
{
  const char *value = section_get (section, name);

  return value != NULL ? value : section_get (g_ptr_array_index (self->sections, 0), name);
}

static gboolean
is_token (const char *text, gsize min, gsize max, const char *also)
{
  gsize length = text != NULL ? strlen (text) : 0;

  if (length < min || length > max)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr (also, *text) == NULL)
      return FALSE;

  return TRUE;
}

static gboolean
read_number (const char *text, guint64 min, guint64 max, guint64 *number)
{
  return g_ascii_string_to_unsigned (text, 10, min, max, number, NULL);
}

/* The number at the start of @text, and with @rest what follows the space behind it. */
static gboolean
read_leading_number (const char *text, guint64 max, guint64 *number, const char **rest)
{
  const char *space = strchr (text, ' ');
  g_autofree char *word = space != NULL ? g_strndup (text, space - text) : g_strdup (text);

  *rest = space != NULL ? space + 1 : "";

  return read_number (word, 0, max, number);
}

/* Lines into sections. @lines is taken apart in place and must live as long as they do. */
static gboolean
split_sections (Reader *self, char *lines, GError **error)
{
  Section *section = NULL;
  char *next = lines;

  while (next != NULL && *next != '\0')
    {
      char *line = next;
      gsize length;

      next = strchr (line, '\n');
      if (next != NULL)
        *next++ = '\0';
      length = strlen (line);
      if (length > 0 && line[length - 1] == '\r')
        line[--length] = '\0';
      if (length == 0)
        continue;
      if (length > SDP_MAX_LINE_BYTES)
        return refuse (error, "a line is too long");
      if (length < 2 || !g_ascii_islower (line[0]) || line[1] != '=')
        return refuse (error, "a line is malformed");
      for (const char *c = line; *c != '\0'; c++)
        if ((guchar) *c < ' ' && *c != '\t')
          return refuse (error, "it has control characters");

      if (section == NULL && strcmp (line, "v=0") != 0)
        return refuse (error, "it does not begin with its version");
      if (section == NULL || line[0] == 'm')
        {
          if (self->sections->len > SDP_MAX_MEDIA)
            return refuse (error, "it has too many sections");
          section = g_new0 (Section, 1);
          section->attributes = g_ptr_array_new ();
          if (line[0] == 'm')
            section->words = g_strsplit (line + 2, " ", MAX_FORMATS + 4);
          g_ptr_array_add (self->sections, section);
        }
      else if (line[0] == 'a')
        g_ptr_array_add (section->attributes, line + 2);
    }

  if (self->sections->len < 2)
    return refuse (error, "it has no media");

  return TRUE;
}

static gboolean
read_kind (const Section *section, SdpMedia *media, GError **error)
{
  guint64 port;
  g_auto (GStrv) port_and_count = NULL;

  if (g_strv_length (section->words) < 4 || g_strv_length (section->words) > MAX_FORMATS)
    return refuse (error, "a media line is malformed");

  port_and_count = g_strsplit (section->words[1], "/", 2);
  if (port_and_count[0] == NULL || !read_number (port_and_count[0], 0, G_MAXUINT16, &port))
    return refuse (error, "a media line has no port");

  if (strcmp (section->words[0], "audio") == 0)
    media->kind = SDP_AUDIO;
  else if (strcmp (section->words[0], "video") == 0)
    media->kind = SDP_VIDEO;
  else if (strcmp (section->words[0], "application") == 0)
    media->kind = SDP_DATA;
  else
    return refuse (error, "it has a kind of media that is not known here");

  if (!g_str_has_suffix (section->words[2],
                         media->kind == SDP_DATA ? "DTLS/SCTP" : "TLS/RTP/SAVPF"))
    return refuse (error, "its transport is not known here");

  media->rejected = port == 0 && section_get (section, "bundle-only") == NULL;

  return TRUE;
}

static SdpDirection
read_direction (const Reader *self, const Section *section)
{
  if (reader_get (self, section, "sendonly") != NULL)
    return SDP_SENDS;
  if (reader_get (self, section, "recvonly") != NULL)
    return SDP_RECEIVES;
  if (reader_get (self, section, "inactive") != NULL)
    return SDP_INACTIVE;

  return SDP_SENDRECV;
}

/* Whether @payload is among the m= line's formats. */
static gboolean
has_format (const Section *section, guint64 payload)
{
  for (char **format = section->words + 3; *format != NULL; format++)
    {
      guint64 number;

      if (read_number (*format, 0, MAX_PAYLOAD, &number) && number == payload)
        return TRUE;
    }

  return FALSE;
}

/* The first payload type with @encoding that lies within the payloaders' bounds; with @apt not
 * negative, the one for retransmissions of that type. Or -1. */
static int
find_payload (const Section *section, const char *encoding, int apt)
{
  for (guint i = 0; i < section->attributes->len; i++)
    {
      const char *value = attribute_value (g_ptr_array_index (section->attributes, i), "rtpmap");
      const char *rest = NULL;
      guint64 payload;

      if (value == NULL || !read_leading_number (value, MAX_PAYLOAD, &payload, &rest) ||
          payload < MIN_PAYLOAD || g_ascii_strcasecmp (rest, encoding) != 0 ||
          !has_format (section, payload))
        continue;
      if (apt >= 0)
        {
          g_autofree char *wanted = g_strdup_printf ("%u apt=%d", (guint) payload, apt);
          gboolean found = FALSE;

          for (guint j = 0; j < section->attributes->len && !found; j++)
            {
              const char *fmtp =
                  attribute_value (g_ptr_array_index (section->attributes, j), "fmtp");
              gsize length = strlen (wanted);

              found = fmtp != NULL && strncmp (fmtp, wanted, length) == 0 &&
                      (fmtp[length] == '\0' || fmtp[length] == ';');
            }
          if (!found)
            continue;
        }

      return payload;
    }

  return -1;
}

/* RFC 8285 §5: "ID[/direction] URI [attributes]". */
static int
find_twcc (const Section *section)
{
  for (guint i = 0; i < section->attributes->len; i++)
    {
      const char *value = attribute_value (g_ptr_array_index (section->attributes, i), "extmap");
      g_auto (GStrv) words = NULL;
      guint64 id;
      char *slash;

      if (value == NULL)
        continue;
      words = g_strsplit (value, " ", 3);
      if (words[0] == NULL || words[1] == NULL || strcmp (words[1], SDP_TWCC_URI) != 0)
        continue;
      slash = strchr (words[0], '/');
      if (slash != NULL)
        *slash = '\0';
      if (read_number (words[0], 1, MAX_TWCC_ID, &id))
        return id;
    }

  return 0;
}

static gboolean
has_feedback (const Section *section, int payload, const char *feedback)
{
  g_autofree char *own = g_strdup_printf ("%d %s", payload, feedback);
  g_autofree char *any = g_strdup_printf ("* %s", feedback);

  for (guint i = 0; i < section->attributes->len; i++)
    {
      const char *value = attribute_value (g_ptr_array_index (section->attributes, i), "rtcp-fb");

      if (value != NULL && (strcmp (value, own) == 0 || strcmp (value, any) == 0))
        return TRUE;
    }

  return FALSE;
}

/* All SHA-256 fingerprints that hold for the section; there is one transport, so there is one. */
static gboolean
read_fingerprints (Reader *self, const Section *section, GError **error)
{
  const Section *source = section_get (section, "fingerprint") != NULL
                              ? section
                              : g_ptr_array_index (self->sections, 0);
  gboolean found = FALSE;

  for (guint i = 0; i < source->attributes->len; i++)
    {
      const char *value =
          attribute_value (g_ptr_array_index (source->attributes, i), "fingerprint");
      guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES];

      if (value == NULL || !certificate_read_fingerprint (value, fingerprint))
        continue;
      if (self->have_fingerprint &&
          !certificate_fingerprints_equal (fingerprint, self->remote->fingerprint))
        return refuse (error, "it has two fingerprints");
      memcpy (self->remote->fingerprint, fingerprint, sizeof fingerprint);
      self->have_fingerprint = found = TRUE;
    }

  return found || refuse (error, "it has no SHA-256 fingerprint");
}

/* ICE credentials and the DTLS role: of one transport, so the same in all sections. */
static gboolean
read_transport (Reader *self, const Section *section, GError **error)
{
  const char *ufrag = reader_get (self, section, "ice-ufrag");
  const char *pwd = reader_get (self, section, "ice-pwd");
  const char *setup = reader_get (self, section, "setup");

  if (!is_token (ufrag, ICE_UFRAG_MIN_LENGTH, ICE_MAX_LENGTH, "+/-_=") ||
      !is_token (pwd, ICE_PWD_MIN_LENGTH, ICE_MAX_LENGTH, "+/-_="))
    return refuse (error, "it has no ICE credentials");
  if (g_strcmp0 (setup, "active") != 0 && g_strcmp0 (setup, "passive") != 0 &&
      (!self->remote->offer || g_strcmp0 (setup, "actpass") != 0))
    return refuse (error, "it has no DTLS role");

  if (self->ufrag != NULL && (strcmp (self->ufrag, ufrag) != 0 || strcmp (self->pwd, pwd) != 0 ||
                              strcmp (self->setup, setup) != 0))
    return refuse (error, "its sections have different transports");
  self->ufrag = ufrag;
  self->pwd = pwd;
  self->setup = setup;

  return read_fingerprints (self, section, error);
}

static gboolean
is_bundled (const Reader *self, const char *mid)
{
  g_auto (GStrv) mids = g_strsplit (self->bundle, " ", SDP_MAX_MEDIA + 2);

  return g_strv_contains ((const char *const *) mids + 1, mid);
}

/* Whether all that the bundle names are sections. */
static gboolean
all_there (const Reader *self)
{
  g_auto (GStrv) mids = g_strsplit (self->bundle, " ", SDP_MAX_MEDIA + 2);

  for (char **mid = mids + 1; *mid != NULL; mid++)
    {
      gboolean found = FALSE;

      for (guint i = 0; i < self->remote->media->len && !found; i++)
        found = strcmp (g_array_index (self->remote->media, SdpMedia, i).mid, *mid) == 0;
      if (!found)
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_rtp (Reader *self, const Section *section, SdpMedia *media, GError **error)
{
  if (section_get (section, "rtcp-mux") == NULL)
    return refuse (error, "it does not multiplex RTCP");

  media->payload =
      find_payload (section, media->kind == SDP_AUDIO ? "opus/48000/2" : "VP8/90000", -1);
  if (media->payload < 0)
    return refuse (error, "there is no codec in common");
  if (media->kind == SDP_VIDEO)
    media->rtx_payload = find_payload (section, "rtx/90000", media->payload);
  media->twcc_id = find_twcc (section);
  media->reduced_rtcp = section_get (section, "rtcp-rsize") != NULL;

  /* In a bundle a payload type means one thing, and an extension has one number. */
  for (guint i = 0; i < self->remote->media->len; i++)
    {
      const SdpMedia *other = &g_array_index (self->remote->media, SdpMedia, i);

      if (other->kind != media->kind && other->payload >= 0 &&
          (other->payload == media->payload || other->payload == media->rtx_payload ||
           other->rtx_payload == media->payload))
        return refuse (error, "one payload type has two meanings");
      if (other->twcc_id != 0 && media->twcc_id != 0 && other->twcc_id != media->twcc_id)
        media->twcc_id = 0;
    }

  return TRUE;
}

/* The sources announced (RFC 5576 §4.1): only their numbers and names are needed. */
static gboolean
write_ssrcs (Reader *self, const Section *section, GError **error)
{
  guint count = 0;

  for (guint i = 0; i < section->attributes->len; i++)
    {
      const char *value = attribute_value (g_ptr_array_index (section->attributes, i), "ssrc");
      const char *rest = NULL;
      guint64 ssrc;

      if (value == NULL || !read_leading_number (value, G_MAXUINT32, &ssrc, &rest) ||
          !g_str_has_prefix (rest, "cname:"))
        continue;
      if (ssrc == 0 || !g_hash_table_add (self->ssrcs, GUINT_TO_POINTER ((guint) ssrc)))
        return refuse (error, "a source is announced twice");
      if (++count > MAX_SSRCS)
        return refuse (error, "it announces too many sources");
      /* The name itself is of no use: one for all keeps the two media in step. */
      g_string_append_printf (self->out, "a=ssrc:%u cname:partner\r\n", (guint) ssrc);
    }

  return TRUE;
}

static void
write_rtp (Reader *self, const Section *section, const SdpMedia *media)
{
  static const char *const feedbacks[] = { "nack", "nack pli", "ccm fir", "transport-cc" };

  if (media->kind == SDP_AUDIO)
    g_string_append_printf (self->out,
                            "a=rtpmap:%d opus/48000/2\r\n"
                            "a=fmtp:%d minptime=10;useinbandfec=1\r\n",
                            media->payload, media->payload);
  else
    g_string_append_printf (self->out, "a=rtpmap:%d VP8/90000\r\n", media->payload);

  for (guint i = 0; i < G_N_ELEMENTS (feedbacks); i++)
    if ((media->kind == SDP_VIDEO || strcmp (feedbacks[i], "transport-cc") == 0) &&
        has_feedback (section, media->payload, feedbacks[i]))
      g_string_append_printf (self->out, "a=rtcp-fb:%d %s\r\n", media->payload, feedbacks[i]);

  if (media->rtx_payload >= 0)
    g_string_append_printf (self->out, "a=rtpmap:%d rtx/90000\r\na=fmtp:%d apt=%d\r\n",
                            media->rtx_payload, media->rtx_payload, media->payload);
  if (media->twcc_id != 0)
    g_string_append_printf (self->out, "a=extmap:%d %s\r\n", media->twcc_id, SDP_TWCC_URI);
}

static const char *
direction_name (SdpDirection direction)
{
  static const char *const names[] = { "inactive", "sendonly", "recvonly", "sendrecv" };

  return names[direction & SDP_SENDRECV];
}

static void
write_media_line (Reader *self, const SdpMedia *media)
{
  guint port = media->rejected ? 0 : 9;

  if (media->kind == SDP_DATA)
    g_string_append_printf (self->out, "m=application %u UDP/DTLS/SCTP webrtc-datachannel\r\n",
                            port);
  else if (media->rejected)
    g_string_append_printf (self->out, "m=%s 0 UDP/TLS/RTP/SAVPF 0\r\n",
                            media->kind == SDP_AUDIO ? "audio" : "video");
  else
    {
      g_string_append_printf (self->out, "m=%s %u UDP/TLS/RTP/SAVPF %d",
                              media->kind == SDP_AUDIO ? "audio" : "video", port, media->payload);
      if (media->rtx_payload >= 0)
        g_string_append_printf (self->out, " %d", media->rtx_payload);
      g_string_append (self->out, "\r\n");
    }
}

/* webrtcbin wants the transport in every section, also in a rejected one. */
static void
write_transport (Reader *self, const SdpMedia *media)
{
  g_autofree char *fingerprint = certificate_write_fingerprint (self->remote->fingerprint);

  g_string_append_printf (self->out,
                          "c=IN IP4 0.0.0.0\r\n"
                          "a=mid:%s\r\n"
                          "a=ice-ufrag:%s\r\n"
                          "a=ice-pwd:%s\r\n"
                          "a=fingerprint:%s\r\n"
                          "a=setup:%s\r\n",
                          media->mid, self->ufrag, self->pwd, fingerprint, self->setup);
}

static gboolean
write_data (Reader *self, const Section *section, GError **error)
{
  const char *port_text = section_get (section, "sctp-port");
  const char *size_text = section_get (section, "max-message-size");
  guint64 port;
  guint64 size = DEFAULT_MESSAGE_BYTES; /* RFC 8841 §6.1 */

  if (port_text == NULL || !read_number (port_text, 1, G_MAXUINT16, &port))
    return refuse (error, "its data section has no port");
  if (size_text != NULL && !read_number (size_text, 0, G_MAXUINT64, &size))
    return refuse (error, "its data section has a malformed size");
  if (size == 0 || size > LARGEST_MESSAGE_BYTES)
    size = LARGEST_MESSAGE_BYTES;
  g_string_append_printf (self->out, "a=sctp-port:%u\r\na=max-message-size:%u\r\n", (guint) port,
                          (guint) size);

  return TRUE;
}

static gboolean
write_section (Reader *self, const Section *section, const SdpMedia *media, GError **error)
{
  write_media_line (self, media);
  write_transport (self, media);
  if (media->rejected)
    {
      g_string_append (self->out, "a=inactive\r\n");
      return TRUE;
    }
  if (media->kind == SDP_DATA)
    return write_data (self, section, error);

  g_string_append_printf (self->out, "a=%s\r\na=rtcp-mux\r\n", direction_name (media->direction));
  if (media->reduced_rtcp)
    g_string_append (self->out, "a=rtcp-rsize\r\n");
  write_rtp (self, section, media);

  return write_ssrcs (self, section, error);
}

static void
read_candidates (Reader *self, const Section *section)
{
  for (guint i = 0; i < section->attributes->len; i++)
    {
      const char *attribute = g_ptr_array_index (section->attributes, i);
      char *candidate = NULL;

      if (self->remote->candidates->len >= SDP_MAX_CANDIDATES)
        return;
      if (attribute_value (attribute, "candidate") != NULL)
        candidate = candidate_read (attribute);
      if (candidate != NULL)
        g_ptr_array_add (self->remote->candidates, candidate);
    }
}

static gboolean
read_media (Reader *self, const Section *section, GError **error)
{
  SdpMedia media = { .payload = -1, .rtx_payload = -1 };
  const char *mid = section_get (section, "mid");

  if (!read_kind (section, &media, error))
    return FALSE;
  if (!is_token (mid, 1, 32, "-_.+!~"))
    return refuse (error, "a section has no name");
  for (guint i = 0; i < self->remote->media->len; i++)
    if (strcmp (g_array_index (self->remote->media, SdpMedia, i).mid, mid) == 0)
      return refuse (error, "two sections have one name");

  if (!media.rejected)
    {
      if (!is_bundled (self, mid))
        return refuse (error, "it does not bundle its media");
      if (!read_transport (self, section, error))
        return FALSE;
      media.direction = read_direction (self, section);
      if (media.kind != SDP_DATA && !read_rtp (self, section, &media, error))
        return FALSE;
    }
  else if (self->remote->media->len == 0)
    return refuse (error, "its first section is rejected"); /* it stands for the bundle */

  media.mid = g_strdup (mid);
  g_array_append_val (self->remote->media, media);
  read_candidates (self, section);

  return TRUE;
}

static void
write_session (Reader *self)
{
  g_string_append (self->out, "v=0\r\n"
                              "o=- 1 1 IN IP4 0.0.0.0\r\n"
                              "s=-\r\n"
                              "t=0 0\r\n"
                              "a=ice-options:trickle\r\n"
                              "a=group:BUNDLE");
  for (guint i = 0; i < self->remote->media->len; i++)
    {
      const SdpMedia *media = &g_array_index (self->remote->media, SdpMedia, i);

      if (!media->rejected)
        g_string_append_printf (self->out, " %s", media->mid);
    }
  g_string_append (self->out, "\r\n");
}

static gboolean
read_all (Reader *self, char *lines, GError **error)
{
  const Section *session = NULL;

  if (!split_sections (self, lines, error))
    return FALSE;

  session = g_ptr_array_index (self->sections, 0);
  for (guint i = 0; i < session->attributes->len && self->bundle == NULL; i++)
    {
      const char *group = attribute_value (g_ptr_array_index (session->attributes, i), "group");

      if (group != NULL && g_str_has_prefix (group, "BUNDLE "))
        self->bundle = group;
    }
  if (self->bundle == NULL)
    return refuse (error, "it does not bundle its media");

  for (guint i = 1; i < self->sections->len; i++)
    if (!read_media (self, g_ptr_array_index (self->sections, i), error))
      return FALSE;

  if (!all_there (self))
    return refuse (error, "its bundle has media that are not there");

  write_session (self);
  for (guint i = 1; i < self->sections->len; i++)
    if (!write_section (self, g_ptr_array_index (self->sections, i),
                        &g_array_index (self->remote->media, SdpMedia, i - 1), error))
      return FALSE;

  return TRUE;
}

SdpRemote *
sdp_remote_read (const char *text, gboolean offer, GError **error)
{
  g_autoptr (SdpRemote) remote = g_new0 (SdpRemote, 1);
  g_autoptr (GPtrArray) sections = g_ptr_array_new_with_free_func (section_free);
  g_autoptr (GHashTable) ssrcs = g_hash_table_new (NULL, NULL);
  g_autofree char *lines = NULL;
  Reader reader = { .remote = remote, .sections = sections, .ssrcs = ssrcs };
  gboolean good;

  g_return_val_if_fail (text != NULL, NULL);

  remote->offer = offer;
  remote->media = g_array_new (FALSE, TRUE, sizeof (SdpMedia));
  g_array_set_clear_func (remote->media, media_clear);
  remote->candidates = g_ptr_array_new_with_free_func (g_free);

  if (strnlen (text, SDP_MAX_BYTES + 1) > SDP_MAX_BYTES)
    {
      refuse (error, "it is too long");
      return NULL;
    }

  lines = g_strdup (text);
  reader.out = g_string_new (NULL);
  good = read_all (&reader, lines, error);
  remote->text = g_string_free (reader.out, FALSE);

  return good ? g_steal_pointer (&remote) : NULL;
}

void
sdp_remote_free (SdpRemote *remote)
{
  if (remote == NULL)
    return;

  g_array_unref (remote->media);
  g_ptr_array_unref (remote->candidates);
  g_free (remote->text);
  g_free (remote);
}

int
sdp_remote_find (const SdpRemote *remote, SdpKind kind)
{
  g_return_val_if_fail (remote != NULL, -1);

  for (guint i = 0; i < remote->media->len; i++)
    {
      const SdpMedia *media = &g_array_index (remote->media, SdpMedia, i);

      if (media->kind == kind && !media->rejected)
        return i;
    }

  return -1;
}

gboolean
sdp_remote_answers (const SdpRemote *answer, const GArray *offer_kinds)
{
  g_return_val_if_fail (answer != NULL, FALSE);
  g_return_val_if_fail (offer_kinds != NULL, FALSE);

  if (answer->media->len != offer_kinds->len)
    return FALSE;
  for (guint i = 0; i < offer_kinds->len; i++)
    if (g_array_index (answer->media, SdpMedia, i).kind != g_array_index (offer_kinds, SdpKind, i))
      return FALSE;

  return TRUE;
}

/* Puts @value into the attribute @key, replacing what is there. */
static void
media_set (GstSDPMedia *media, const char *key, const char *value)
{
  for (guint i = gst_sdp_media_attributes_len (media); i > 0; i--)
    if (g_strcmp0 (gst_sdp_media_get_attribute (media, i - 1)->key, key) == 0)
      gst_sdp_media_remove_attribute (media, i - 1);
  gst_sdp_media_add_attribute (media, key, value);
}

static GstSDPMedia *
get_media (GstSDPMessage *message, guint index)
{
  /* The const of the getter is for readers; there is no other way to a message's own section. */
  return (GstSDPMedia *) gst_sdp_message_get_media (message, index);
}

void
sdp_local_mend (GstSDPMessage *local,
                const guint8 fingerprint[CERTIFICATE_FINGERPRINT_BYTES],
                const char *stream,
                const char *setup)
{
  g_autofree char *text = NULL;

  g_return_if_fail (local != NULL);
  g_return_if_fail (stream != NULL);

  text = certificate_write_fingerprint (fingerprint);
  for (guint i = 0; i < gst_sdp_message_medias_len (local); i++)
    {
      GstSDPMedia *media = get_media (local, i);

      media_set (media, "fingerprint", text);
      if (setup != NULL)
        media_set (media, "setup", setup);
      if (g_strcmp0 (gst_sdp_media_get_media (media), "application") == 0)
        continue;

      for (guint j = gst_sdp_media_attributes_len (media); j > 0; j--)
        {
          const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, j - 1);

          if (g_strcmp0 (attribute->key, "ssrc") == 0 &&
              strstr (attribute->value, " msid:") != NULL)
            gst_sdp_media_remove_attribute (media, j - 1);
        }
      if (gst_sdp_media_get_attribute_val (media, "recvonly") == NULL &&
          gst_sdp_media_get_attribute_val (media, "inactive") == NULL)
        {
          g_autofree char *msid =
              g_strdup_printf ("%s %s", stream, gst_sdp_media_get_media (media));

          media_set (media, "msid", msid);
        }
    }
}

void
sdp_local_set_reduced_rtcp (GstSDPMessage *local, guint index)
{
  g_return_if_fail (local != NULL);
  g_return_if_fail (index < gst_sdp_message_medias_len (local));

  media_set (get_media (local, index), "rtcp-rsize", "");
}

void
sdp_local_set_direction (GstSDPMessage *local, guint index, SdpDirection direction)
{
  static const char *const names[] = { "inactive", "sendonly", "recvonly", "sendrecv", NULL };
  GstSDPMedia *media = NULL;

  g_return_if_fail (local != NULL);
  g_return_if_fail (index < gst_sdp_message_medias_len (local));

  media = get_media (local, index);
  for (guint i = gst_sdp_media_attributes_len (media); i > 0; i--)
    if (g_strv_contains (names, gst_sdp_media_get_attribute (media, i - 1)->key))
      gst_sdp_media_remove_attribute (media, i - 1);
  gst_sdp_media_add_attribute (media, direction_name (direction), "");
}
